"""The checkup: every check of a store's health, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from jarvis_ctx.errors import JarvisError
from jarvis_ctx.insight.checkup import agents, checkpoints, database, folder, journal, runs, variables, versions
from jarvis_ctx.insight.findings import problem
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding

Check = Callable[[], Iterator[Finding]]
WORST_FIRST = ("problem", "warning", "ok")


def examine(view: View, environ: Mapping[str, str]) -> list[Finding]:
    """Run all checks, each whatever the others ran into, worst findings first; none of them writes."""
    checks: dict[str, Check] = {
        "run": partial(runs.check, view),
        "agents": partial(agents.check, view),
        "folder": partial(folder.check, view),
        "journal": partial(journal.check, view),
        "database": partial(database.check, view),
        "checkpoints": partial(checkpoints.check, view),
        "settings": partial(variables.check, environ),
        "versions": versions.check,
    }
    found = [finding for name, check in checks.items() for finding in guarded(name, check)]
    return sorted(found, key=lambda finding: WORST_FIRST.index(finding.level))


def guarded(name: str, check: Check) -> Iterator[Finding]:
    """What a check finds, up to where it fails, which is a finding too."""
    try:
        yield from check()
    except (JarvisError, OSError) as error:
        remedy = "see the other findings; if they do not explain it, start the orchestrator and look at its report"
        yield problem(name, f"It could not be checked to the end: {error}", remedy)
