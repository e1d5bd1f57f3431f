"""Against power loss: makes appended frames durable, in the background or for waiting callers, one sync for many."""

from __future__ import annotations

import threading

from jarvis_ctx.clock import Clock
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.marks import SYNC_TIME, SYNCED, Marks
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.writer import Writer


class Sync:
    """Syncs a writer's segments. Callers that wait together share one fdatasync."""

    def __init__(self, writer: Writer, marks: Marks, writer_slot: int, clock: Clock) -> None:
        self._writer, self._marks, self._slot, self._clock = writer, marks, writer_slot, clock
        self._lock = threading.Lock()
        self._synced: dict[str, int] = {}
        self.number = 0
        """The last number that survives power loss."""
        self.syncs = 0
        self.error = ""

    def up_to(self, number: int) -> None:
        """Return once `number` survives power loss. Raises `JournalUnavailable`."""
        if self.number >= number:
            return
        with self._lock:
            if self.number < number:
                self._sync()

    def now(self) -> None:
        """Sync what there is and the marks, for the background. Raises `JournalUnavailable`."""
        with self._lock:
            if self.number < self._writer.number:
                self._sync()
                self._marks.sync()

    def _sync(self) -> None:
        committed = self._writer.committed()
        last = max((at for _, _, at in committed), default=self.number)
        try:
            for segment, offset, _ in committed:
                if self._synced.get(segment.path.name, 0) < offset:
                    segment.sync()
                    self._synced[segment.path.name] = offset
        except OSError as error:
            self.error = error.strerror or str(error)
            raise JournalUnavailable(path=str(self._marks.path.parent), reason=self.error) from error
        self.error = ""
        self.syncs += 1
        self.number = last
        self._marks.cells[self._slot + SYNCED] = last
        self._marks.cells[self._slot + SYNC_TIME] = self._clock.wall()

    def give_up(self, segment: Segment) -> None:
        """Seal a full segment and take it off the writer's list, between two syncs."""
        with self._lock:
            segment.seal()
            self._writer.segments.remove(segment)
            self._synced.pop(segment.path.name, None)
