"""What other writers say to our orchestrator while it runs: forked children, commands from outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.errors import CorruptData, Unreadable
from jarvis_ctx.journal import archive, frame, onward, read, skim
from jarvis_ctx.journal.departures import Departures
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event

log = logging.getLogger("jarvis_ctx")

MANY = 1 << 62
"""More than any writer's last number."""


class Listener:
    """Reads other writers' segments as soon as the marks show something new in them."""

    def __init__(
        self,
        folder: Path,
        marks: Marks,
        orchestrator: str,
        own: str,
        position: dict[str, int],
        values: Values,
        departures: Departures,
    ) -> None:
        """`own` is the writer that is not listened to; `position` {writer: number} is what the state has already."""
        self._folder, self._marks, self._orchestrator, self.own = folder, marks, orchestrator, own
        self._departures = departures
        self._heard = dict(position)
        self._read: dict[Path, int] = {}
        """How far each segment has been read, in bytes."""
        self._values = values
        self.damaged: list[str] = []
        """What was said and could not be read, a sentence each."""

    def step(self) -> list[Event]:
        """The events since the last step, in their order: one writer may go on with what another one has begun.

        Raises `OSError`, and then has passed over nothing.
        """
        found: list[Event] = []
        try:
            for heard in self._step():
                found += heard
        except OSError:
            self._departures.forget()
            if not found:
                raise
            # What was heard before is told now; the next step comes to the rest again.
        return sorted(found, key=lambda event: event.stamp)

    def hear_again(self, position: dict[str, int]) -> None:
        """Tell once more what was said after `position` {writer: number}."""
        self._heard, self._read = dict(position), {}
        self._departures.forget()

    def _step(self) -> Iterator[list[Event]]:
        for mark in self._marks.writers():
            ours = mark.orchestrator == self._orchestrator and mark.writer != self.own
            if ours and mark.appended > self._heard.get(mark.writer, 0):
                yield self._hear(mark.writer, mark.appended)
        for writer in self._departures.since():  # After the marks, so that one that departs meanwhile is in either.
            if writer != self.own:
                yield self._hear(writer)

    def _hear(self, writer: str, appended: int | None = None) -> list[Event]:
        """What `writer` has said since; `appended` is its last number, where it has marks that tell."""
        known = self._heard.get(writer, 0)
        paths = read.segment_paths(self._folder).get(writer, [])
        reached: dict[Path, int] = {}
        # Beyond its mark, which was read before, it may be appending: of that we might miss some and find later ones.
        last = MANY if appended is None else appended
        new = self._new(skim.beyond(paths, known), reached, last)
        frames = {found.number: found for found in new if found.number > known}
        if appended is None or len(frames) < appended - known:
            frames = self._elsewhere(writer, known, last, reached) | frames
        heard = self._events(writer, [frames[number] for number in sorted(frames)])
        self._heard[writer] = max([appended or known, *frames])
        self._read |= reached  # Only now that all was read: who fails in between begins there again.
        return heard

    def _events(self, writer: str, frames: list[frame.Frame]) -> list[Event]:
        heard: list[Event] = []
        for found in frames:
            try:
                heard.append(read.event(writer, found.payload, self._values))
            except Unreadable:
                raise
            except CorruptData as error:
                self.damaged.append(str(error))
                log.warning("What another writer said cannot be read: %s", error)
        return heard

    def _elsewhere(self, writer: str, known: int, last: int, reached: dict[Path, int]) -> dict[int, frame.Frame]:
        """What has another name now than when the segments were listed, or has been archived since it was heard."""
        frames = [*self._new(read.segment_paths(self._folder).get(writer, []), reached, last)]
        for archived in archive.listing(self._folder / "archive"):
            if archived.writer == writer and archived.last > known:
                try:
                    frames += archive.read_archived(archived).frames
                except Unreadable:
                    raise
                except (CorruptData, OSError) as error:
                    self.damaged.append(str(error))
        return {found.number: found for found in frames if known < found.number <= last}

    def _new(self, paths: list[Path], reached: dict[Path, int], last: int) -> Iterator[frame.Frame]:
        """The events' frames of a writer that were not read yet, up to number `last`."""
        for path in paths:
            found = self._new_in(path, reached, last)
            yield from found
            if found and found[-1].number == last:
                return  # The next segment goes on behind it.

    def _new_in(self, path: Path, reached: dict[Path, int], last: int) -> list[frame.Frame]:
        """The events' frames in a segment since it was read last, up to number `last`; how far that is: `reached`."""
        start = self._read.get(path, 0)
        try:
            short = onward.frames(path, start, last) if last < MANY else None
            frames = read.frames(path, start) if short is None else short
        except FileNotFoundError:  # Archived in this moment.
            return []
        found = [each for each in frames if isinstance(each, frame.Frame) and each.number <= last]
        if found:
            reached[path] = found[-1].offset + frame.size(len(found[-1].payload))
        return [each for each in found if each.magic == frame.EVENT]
