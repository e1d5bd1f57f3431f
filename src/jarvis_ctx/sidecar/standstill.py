"""A whole store at rest: which orchestrators its files tell of, and that none of them runs meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from jarvis_ctx.disk.filelock import holder
from jarvis_ctx.errors import AlreadyRunning, NotAtRest
from jarvis_ctx.journal import archive, read
from jarvis_ctx.liveness import processes, supervised
from jarvis_ctx.liveness.runfile import RunFile, names_in

UNSEEN = "which cannot be looked into from here"
"""Stands for the program of a process."""


def orchestrators(folder: Path) -> list[str]:
    """The names that the files tell of."""
    names = {archived.orchestrator for archived in archive.listing(folder / "journal" / "archive")}
    names.update(names_in(folder))
    segments = (read.read_segment(path) for path in read.segment_files(folder / "journal"))
    names.update(segment.opening.orchestrator for segment in segments if segment.opening)
    return sorted(names)


@contextmanager
def at_rest(folder: Path, secret_names: str, *, but: str = "") -> Iterator[list[str]]:
    """Nobody of the store can run meanwhile, `but` for one that the caller claims; the names of all.

    Raises `NotAtRest` when somebody does, without what `secret_names` says is a secret.
    """
    names = orchestrators(folder)
    with ExitStack() as held:
        for name in names:
            if name != but:
                run = RunFile(folder, name)
                with nobody_runs(secret_names):
                    run.claim()
                held.callback(run.release)
        yield names


@contextmanager
def nobody_runs(secret_names: str) -> Iterator[None]:
    """Whoever is refused within is told who is in the way, and how to end him: `NotAtRest` for `AlreadyRunning`."""
    try:
        yield
    except AlreadyRunning as error:
        raise NotAtRest(**error.facts, **_in_the_way(error.facts, secret_names)) from None


def _in_the_way(facts: dict[str, Any], secret_names: str) -> dict[str, str]:
    folder, orchestrator, pid = Path(facts["path"]), facts["orchestrator"], facts["pid"]
    supervisor = supervised.supervisor_of(folder, orchestrator, pid)
    seen = holder(RunFile(folder, orchestrator).lock_path)  # Of one in another container, the id is of its own there.
    if pid == os.getpid():
        remedy = "close its manager first"
    elif supervisor is not None:
        remedy = (
            f"end its supervisor first, process {supervisor.pid}, which ends it, too, and may start it again otherwise"
        )
    else:
        remedy = "end that process first"
    program = processes.program(pid, secret_names) if pid is not None and pid == seen else UNSEEN
    return {"program": program or UNSEEN, "remedy": remedy}
