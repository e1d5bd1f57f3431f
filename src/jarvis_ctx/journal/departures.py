"""Which writers of a run have ended and lost their marks before this process had heard all they said."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.marks import GIVEN_BACK, ORCHESTRATOR, Marks


class Departures:
    """Looks for them when the marks say that one was given back since the last look, and at no other time."""

    def __init__(self, folder: Path, marks: Marks, orchestrator: str, epoch: int, *, all_heard: bool) -> None:
        """`all_heard`: who has departed so far has been heard to the end."""
        self._folder, self._marks, self._orchestrator = folder, marks, orchestrator
        self._prefix = f"{epoch & 0xFFFFFFFF:08x}"
        self._cell = marks.slot(ORCHESTRATOR, orchestrator) + GIVEN_BACK
        self._counted: int | None = marks.cells[self._cell] if all_heard else None
        self._told: set[str] = set()

    def forget(self) -> None:
        """Tell of all of them again."""
        self._counted, self._told = None, set()

    def since(self) -> list[str]:
        """The writers that have departed since the last look; their numbers stand."""
        count = self._marks.cells[self._cell]
        if count == self._counted:
            return []
        paths = read.segment_paths(self._folder)  # Before the marks: a new writer has its mark before its segment.
        ours = {each.writer for each in archive.listing(self._folder / "archive") if self._is_ours(each.orchestrator)}
        marked = {mark.writer for mark in self._marks.writers()}
        new = {writer for writer in paths.keys() | ours if writer.startswith(self._prefix)} - marked - self._told
        self._counted = count
        self._told |= new
        return sorted(writer for writer in new if writer in ours or self._began(paths[writer][0]))

    def _began(self, path: Path) -> bool:
        """Whether a writer of ours has begun this segment."""
        try:
            opening = read.read_segment(path).opening
        except FileNotFoundError:  # Archived in this moment: looked for there the next time.
            self.forget()
            return False
        return opening is not None and self._is_ours(opening.orchestrator)

    def _is_ours(self, orchestrator: str) -> bool:
        return orchestrator == self._orchestrator
