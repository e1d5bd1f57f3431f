"""Whether this process is left over from a run that died: a worker that outlived the orchestrator it worked for."""

from __future__ import annotations

import os
import sys

from jarvis_ctx.liveness.identity import boot_id
from jarvis_ctx.model.run import RunRecord

STARTED_BY = os.getppid()
"""Who started this process; asked early, since the system forgets it at that one's death."""


def is_orphan_of(run: RunRecord) -> bool:
    """Whether `run` had no end and its process, which started this one, is gone."""
    pid = run.process.pid
    if run.ended is not None or pid not in _starters() or run.process.boot_id != boot_id():
        return False
    return os.getppid() != pid  # Else our parent is another process that has got the same id.


def _starters() -> set[int | None]:
    if "multiprocessing" not in sys.modules:
        return {STARTED_BY}
    import multiprocessing

    parent = multiprocessing.parent_process()
    return {STARTED_BY, parent.pid if parent is not None else None}
