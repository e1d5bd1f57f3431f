"""A whole store at rest: which orchestrators its files tell of, and that none of them runs meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jarvis_ctx.journal import archive, read
from jarvis_ctx.liveness.runfile import RunFile, names_in


def orchestrators(folder: Path) -> list[str]:
    """The names that the files tell of."""
    names = {archived.orchestrator for archived in archive.listing(folder / "journal" / "archive")}
    names.update(names_in(folder))
    for paths in read.segment_paths(folder / "journal").values():
        names.update(opening.orchestrator for path in paths if (opening := read.read_segment(path).opening))
    return sorted(names)


@contextmanager
def at_rest(folder: Path, *, but: str = "") -> Iterator[list[str]]:
    """Nobody of the store can run meanwhile, `but` for one that the caller claims; the names of all.

    Raises `AlreadyRunning` when somebody does.
    """
    names = orchestrators(folder)
    with ExitStack() as held:
        for name in names:
            if name != but:
                run = RunFile(folder, name)
                run.claim()
                held.callback(run.release)
        yield names
