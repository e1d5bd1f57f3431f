"""Whether this process is left over from a run that died: a worker that outlived the orchestrator it worked for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jarvis_ctx.errors import NotTheOwner
from jarvis_ctx.liveness.identity import boot_id, is_alive

if TYPE_CHECKING:
    from jarvis_ctx.liveness.runfile import RunFile
    from jarvis_ctx.model.run import RunRecord

STARTED_BY = os.getppid()
"""Who started this process; asked early, since the system forgets it at that one's death."""


def refuse_orphans(runfile: RunFile) -> None:
    """Raises `NotTheOwner` in a worker whose orchestrator died: the next start is the person's, not the worker's."""
    run = runfile.read()
    if run is not None and _is_orphan_of(run):
        raise _left_over(runfile, run.process.pid)


def refuse_left_over_workers(runfile: RunFile) -> None:
    """Raises `NotTheOwner` in a worker of `multiprocessing` whose starter is gone, whoever runs meanwhile."""
    refuse_orphans(runfile)
    if "multiprocessing" in sys.modules:
        import multiprocessing

        starter: multiprocessing.process.BaseProcess | None = multiprocessing.parent_process()
        if starter is not None and starter.pid is not None and not starter.is_alive():
            raise _left_over(runfile, starter.pid)


def _left_over(runfile: RunFile, starter: int) -> NotTheOwner:
    what = f"begin a run of it in {runfile.path.parent}: process {starter}, which started this one, is gone"
    return NotTheOwner(orchestrator=runfile.name, what=what)


def _is_orphan_of(run: RunRecord) -> bool:
    """Whether `run` had no end and its process, which started this one, is gone."""
    pid = run.process.pid
    if run.ended is not None or pid not in _starters() or run.process.boot_id != boot_id():
        return False
    # A fork server stands between us and a starter that lives; a parent of that id that is not it got the id later.
    return os.getppid() != pid and not is_alive(run.process)


def _starters() -> set[int | None]:
    if "multiprocessing" not in sys.modules:
        return {STARTED_BY}
    import multiprocessing

    parent = multiprocessing.parent_process()
    return {STARTED_BY, parent.pid if parent is not None else None}
