"""What other writers say to our orchestrator while it runs: forked children, commands from outside."""

from __future__ import annotations

import logging
from pathlib import Path

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import read
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.segment import Opening
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event

log = logging.getLogger("jarvis_ctx")


class Listener:
    """Reads other writers' segments as soon as the marks show something new in them."""

    def __init__(self, folder: Path, marks: Marks, own: Opening, position: dict[str, int]) -> None:
        """`position` {writer: number} is what the state has already."""
        self._folder, self._marks, self._own = folder, marks, own
        self._heard = dict(position)
        self._resolve = Values(folder / "values").get
        self.damaged: list[str] = []
        """What was said and could not be read, a sentence each."""

    def step(self) -> list[Event]:
        """The events since the last step, by writer and number."""
        found: list[Event] = []
        for mark in self._marks.writers():
            ours = mark.orchestrator == self._own.orchestrator and mark.writer != self._own.writer
            if ours and mark.appended > self._heard.get(mark.writer, 0):
                found += self._hear(mark.writer, mark.appended)
        return found

    def _hear(self, writer: str, appended: int) -> list[Event]:
        known = self._heard.get(writer, 0)
        segments = [read.read_segment(path) for path in read.segment_paths(self._folder).get(writer, [])]
        frames = [found for segment in segments for found in segment.frames if found.number > known]
        self._heard[writer] = max([appended, *(found.number for found in frames)])
        heard: list[Event] = []
        for found in frames:
            try:
                heard.append(read.event(writer, found.payload, self._resolve))
            except CorruptData as error:
                self.damaged.append(str(error))
                log.warning("What another writer said cannot be read: %s", error)
        return heard
