"""Against power loss: makes appended frames durable, in the background or for waiting callers, one sync for many."""

from __future__ import annotations

import threading
from functools import partial

from jarvis_ctx.clock import Clock
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.company import Company
from jarvis_ctx.journal.marks import SYNC_TIME, SYNCED, Marks
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.writer import Writer


class Sync:
    """Syncs a writer's segments. Callers that wait together share one fdatasync."""

    def __init__(self, writer: Writer, marks: Marks, writer_slot: int, clock: Clock) -> None:
        self._writer, self._marks, self._slot, self._clock = writer, marks, writer_slot, clock
        self._lock = threading.RLock()  # A signal handler may append, and then sync, in the middle of a sync.
        self._synced: dict[str, int] = {}
        self.number = 0
        """The last number that survives power loss."""
        self.syncs = 0
        self.error = ""
        self._company = Company(lambda: self.number, lambda: writer.number, self._sync_for_all)

    def up_to(self, number: int) -> None:
        """Return once `number` survives power loss. Raises `JournalUnavailable`."""
        if self.number < number:
            self._company.up_to(number)

    def _sync_for_all(self, number: int) -> None:
        with self._lock:
            if self.number < number:
                self._sync()

    def now(self) -> None:
        """Sync what there is and the marks, for the background. Raises `JournalUnavailable`."""
        with self._lock:
            for segment, _, _ in self._writer.committed():
                if segment.is_nameless():
                    self._replace(segment)
            if self.number < self._writer.number:
                self._sync()
                self._marks.sync()

    def _sync(self) -> None:
        committed = self._writer.committed()
        if not committed:
            return  # A forked child that has said nothing: its parent syncs what it was forked with, and tells how far.
        for segment, offset, _ in committed:
            if self._synced.get(segment.path.name, 0) < offset:
                self._synced[self._make_durable(segment).path.name] = offset
        self.error = ""
        self.syncs += 1
        self.number = max([self.number, *(last for _, _, last in committed)])
        self._marks.cells[self._slot + SYNCED] = self.number
        self._marks.cells[self._slot + SYNC_TIME] = self._clock.wall()

    def _make_durable(self, segment: Segment) -> Segment:
        """Sync `segment`, or where that fails a copy, which takes its place and name. Raises `JournalUnavailable`."""
        try:
            segment.sync()
        except OSError:
            return self._replace(segment)
        return segment

    def _replace(self, segment: Segment) -> Segment:
        fresh = self._writer.replace(segment)
        synced = self._synced.pop(segment.path.name, 0)
        try:
            if segment.nameless or not synced:
                fresh.rename(segment.path)  # At once: nothing that has this name would survive power loss.
            fresh.sync()
            fresh.rename(fresh.place)  # Whoever reads takes the order of the names for the order of the numbers.
        except OSError as error:
            self.error = error.strerror or str(error)
            raise JournalUnavailable(path=str(self._marks.path.parent), reason=self.error) from error
        return fresh

    def give_up(self, segment: Segment) -> None:
        """Take a full segment off the writer's list and seal it, between two syncs.

        One that a copy has replaced since the caller looked is closed, and left alone.
        """
        with self._lock:
            if self._writer.read(segment, 0, 0) is None:
                return
            if self._synced.get(segment.path.name, 0) < segment.at[0]:
                segment = self._make_durable(segment)
            self._synced.pop(segment.path.name, None)
            listed = self._writer.segments
            self._writer.undisturbed(partial(listed.remove, segment))
            try:
                segment.seal()
            except OSError as error:  # All its events are durable; without a seal the next run archives it.
                self.error = error.strerror or str(error)
