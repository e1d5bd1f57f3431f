"""Checks the environment for JARVIS_* variables that are no setting, and so change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jarvis_ctx import settings
from jarvis_ctx.errors import did_you_mean
from jarvis_ctx.insight.findings import ok, warning
from jarvis_ctx.model.finding import Finding


def check(environ: Mapping[str, str]) -> Iterator[Finding]:
    """A finding each unknown variable, with the nearest right name."""
    known = [settings.variable(name) for name in settings.FIELDS]
    unknown = settings.unknown_variables(environ)
    for name in unknown:
        sentence = f"{name} is no setting of jarvis-ctx{did_you_mean(name, known)}."
        yield warning("settings", sentence, "docs/settings.md lists them all; ignore this if it is another program's")
    if not unknown:
        used = sorted(name for name in known if name in environ)
        yield ok("settings", f"From the environment: {', '.join(used) or 'nothing'}.")
