"""What is appended to an orchestrator's journal, by whichever writer, read as it comes and in no caller's way."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal.departures import Departures
from jarvis_ctx.journal.listener import Listener
from jarvis_ctx.journal.marks import Marks, viewed
from jarvis_ctx.journal.place import Place
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event


class Follow:
    """Reads on from the moment it was made; writes nothing. One thread at a time."""

    def __init__(self, folder: Path, orchestrator: str, values: Values) -> None:
        """`folder` is the journal's. Where nobody has run yet, it begins with the first run."""
        self._folder, self._orchestrator, self._values = folder, orchestrator, values
        self._marks: Marks | None = None
        self._listener: Listener | None = None
        self._page, self._inode = b"", 0
        self._fences: dict[str, int] = {}
        self.place = Place(0, {})
        """How far it has come."""
        self._look_again()

    def step(self) -> list[Event]:
        """The events since the last step, in their order; costs one look at the marks when there are none."""
        if not self._has_changed():
            return []
        events = self._listener.step() if self._listener is not None else []
        for event in events:
            if event.kind == "RunStarted":
                self._fences.update(event.body.get("fences", {}))
        events = [event for event in events if event.number <= self._fences.get(event.writer, event.number)]
        for event in events:
            self.place.add(event.writer, event.number)
        if self._begun() != self.place.epoch:
            self._look_again()
        return events

    def _has_changed(self) -> bool:
        """Whether the marks are others than at the last look. A page that was made anew is another one."""
        try:
            if self._marks is None or os.stat(self._marks.path).st_ino != self._inode:
                self._look_again()
                return self._marks is not None
            page = self._marks.look()
        except OSError:  # The folder is gone, or cannot be read at the moment: the next look may find it again.
            return False
        changed, self._page = page != self._page, page
        return changed

    def _begun(self) -> int:
        return self._marks.epoch(self._orchestrator) if self._marks is not None else 0

    def _look_again(self) -> None:
        """Begin with the present run; what the writers of the one before have said was read just now."""
        heard = self.place if self._marks is not None else None
        try:
            self._open()
        except (CorruptData, OSError):
            self._marks = self._listener = None
            return
        epoch = self._begun()
        marks = self._marks
        if marks is None or epoch == 0:
            return
        ours = [mark for mark in marks.writers() if mark.orchestrator == self._orchestrator]
        position = (
            {mark.writer: mark.appended for mark in ours}
            if heard is None
            else heard.position(mark.writer for mark in ours)
        )
        departures = Departures(self._folder, marks, self._orchestrator, epoch, all_heard=heard is None)
        self._listener = Listener(self._folder, marks, self._orchestrator, "", position, self._values, departures)
        if heard is None:
            self.place = Place(epoch, dict(position))
        else:
            self.place.begin(epoch)
        self._page = b""

    def _open(self) -> None:
        self.close()
        marks = viewed(self._folder / "marks")
        self._inode = os.stat(marks.path).st_ino
        self._marks = marks

    def close(self) -> None:
        """Let go of the marks."""
        marks, self._marks, self._listener = self._marks, None, None
        if marks is not None:
            marks.close()
