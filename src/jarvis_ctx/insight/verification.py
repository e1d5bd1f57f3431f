"""Whether a store is as it was written: every digest of it, for all its orchestrators, as the doctor checks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from jarvis_ctx.disk.progress import Progress, Tell, counted, unwatched
from jarvis_ctx.insight.checkup import checkpoints, database, digests, growth
from jarvis_ctx.insight.doctor import WORST_FIRST, guarded
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding, Verification


def verification(views: Sequence[View], progress: Progress = unwatched) -> Verification:
    """The findings of `verify`, and of what they are."""
    findings = verify(views, progress)
    return Verification(file=str(views[0].folder), count=len(findings), findings=findings)


def verify(views: Sequence[View], progress: Progress = unwatched) -> list[Finding]:
    """Check segments, archive, side files, and for each view its rows and checkpoints; worst findings first.

    Writes nothing. A finding that is not `ok` names something that is damaged, and what to do about it.
    """
    total = growth.size(views[0].folder)
    tell = counted(total, progress)
    found = list(guarded("journal", partial(digests.check, views[0], tell)))
    found += guarded("database", partial(database.sound, views[0]))
    for view in views:
        found += _of(view, tell, several=len(views) > 1)
    progress(total, total)
    return views[0].redaction(sorted(found, key=lambda finding: WORST_FIRST.index(finding.level)))


def _of(view: View, tell: Tell, *, several: bool) -> Iterator[Finding]:
    """What is one orchestrator's own, with its name where there are others."""
    checks = {
        "database": partial(database.digests, view, tell),
        "checkpoints": partial(checkpoints.digests, view, tell),
    }
    for name, check in checks.items():
        for finding in guarded(name, check):
            about = f"{view.name}: {finding.sentence}" if several else finding.sentence
            yield msgspec.structs.replace(finding, sentence=about)
