"""What a command gets done, as its store tells: the runs it lives, and how far their journal has come."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import closing
from pathlib import Path

from jarvis_ctx.disk.filelock import holder
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal.marks import viewed
from jarvis_ctx.liveness import identity, main_beats
from jarvis_ctx.liveness.runfile import RunFile, name_in
from jarvis_ctx.model.run import ProcessIdentity, RunRecord

Moved = Callable[[str], Hashable]
"""When an orchestrator's agents last said something new."""


class Progress:
    """Reads a store, where there is one; all it writes is that it looks for the main thread's beats."""

    def __init__(self, folder: Path, moved: Moved) -> None:
        self._folder, self._moved = folder, moved

    def runs_of(self, child: ProcessIdentity) -> list[RunRecord]:
        """The latest runs of orchestrators that live, or lived, in the child or in what it has started."""
        return [run for run in self._latest() if _belongs(run, child)]

    def live(self, runs: list[RunRecord]) -> list[RunRecord]:
        """Those of `runs` that have not ended."""
        return [run for run in runs if run.ended is None]

    def signs(self, runs: list[RunRecord]) -> Hashable:
        """What differs as soon as one of `runs` has got on."""
        names = {run.name for run in runs}
        return self._positions(names), tuple((self._moved(name), self._beat(name)) for name in sorted(names))

    def _beat(self, name: str) -> int:
        try:
            return main_beats.ask(self._folder, name)
        except OSError:
            return 0

    def look_away(self, runs: list[RunRecord]) -> None:
        """Nobody looks for their main threads' beats any more."""
        for run in runs:
            main_beats.path_of(self._folder, run.name).unlink(missing_ok=True)

    def held_by(self, runs: list[RunRecord]) -> int | None:
        """The process that still holds the lock of one of `runs`."""
        locks = (RunFile(self._folder, run.name).lock_path for run in runs)
        return next((pid for lock in locks if (pid := holder(lock)) is not None), None)

    def _latest(self) -> list[RunRecord]:
        names = (name_in(path.name) for path in self._folder.glob("*"))
        return [run for name in names if name and (run := RunFile(self._folder, name).read()) is not None]

    def _positions(self, names: set[str]) -> Hashable:
        try:
            with closing(viewed(self._folder / "journal" / "marks")) as marks:
                return tuple((m.writer, m.appended) for m in marks.writers() if m.orchestrator in names)
        except (CorruptData, OSError):
            return ()


def _belongs(run: RunRecord, child: ProcessIdentity) -> bool:
    if identity.are_same(run.process, child):
        return True
    here = (run.process.host, run.process.boot_id) == (child.host, child.boot_id)
    since = run.process.created > child.created - identity.SAME_START
    return here and since and run.process.session == child.pid
