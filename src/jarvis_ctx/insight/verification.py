"""Whether a store is as it was written: every digest of it, for all its orchestrators, as the doctor checks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from jarvis_ctx.insight.checkup import checkpoints, database, digests, growth
from jarvis_ctx.insight.doctor import WORST_FIRST, guarded
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding, Verification

Progress = Callable[[int, int], object]
"""Told how many bytes have been looked at, and of how many."""


def verification(views: Sequence[View], progress: Progress = lambda done, of: None) -> Verification:
    """The findings of `verify`, and of what they are."""
    findings = verify(views, progress)
    return Verification(file=str(views[0].folder), count=len(findings), findings=findings)


def verify(views: Sequence[View], progress: Progress = lambda done, of: None) -> list[Finding]:
    """Check segments, archive, side files, and for each view its rows and checkpoints; worst findings first.

    Writes nothing. A finding that is not `ok` names something that is damaged, and what to do about it.
    """
    total, done = growth.size(views[0].folder), 0

    def tell(size: int) -> None:
        nonlocal done
        done = min(total, done + size)
        progress(done, total)

    found = list(guarded("journal", partial(digests.check, views[0], tell)))
    for view in views:
        found += _of(view, tell, several=len(views) > 1)
    progress(total, total)
    return views[0].redaction(sorted(found, key=lambda finding: WORST_FIRST.index(finding.level)))


def _of(view: View, tell: digests.Tell, *, several: bool) -> Iterator[Finding]:
    """What is one orchestrator's own, with its name where there are others."""
    checks = {
        "database": partial(database.digests, view, tell),
        "checkpoints": partial(checkpoints.digests, view, tell),
    }
    for name, check in checks.items():
        for finding in guarded(name, check):
            about = f"{view.name}: {finding.sentence}" if several else finding.sentence
            yield msgspec.structs.replace(finding, sentence=about)
