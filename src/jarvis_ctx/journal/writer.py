"""The pen: appends a captured call's event to the journal before the call returns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal, NoReturn, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.clock import Clock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import Closed, CorruptData, Fenced, JournalUnavailable, TooLarge
from jarvis_ctx.journal import fold, frame, read
from jarvis_ctx.journal.bodies import Bodies
from jarvis_ctx.journal.cells import Cells
from jarvis_ctx.journal.dying import wait_for_the_end
from jarvis_ctx.journal.inherited import Inherited
from jarvis_ctx.journal.marks import APPENDED, EPOCH
from jarvis_ctx.journal.segment import FOR_END, FOR_SEAL, Opening, Segment
from jarvis_ctx.journal.supply import SegmentSupply
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import LAST_KIND, PROJECTED_KINDS, THREAD_KINDS, Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State

_encode = msgspec.json.encode
_decode = decoding.plain
T = TypeVar("T")

_Told = tuple[str, str, bytes, dict[str, Any] | None]
"""Kind, subject and body as JSON, and the body itself where that may be folded as it is."""


class Writer(Inherited):
    """One process's own segments and numbers.

    `append` is durable against any death of the process when it returns; `after_append` (set by the journal in
    `durability="power"`) makes it durable against power loss too. Thread-safe; an append that re-enters in its own
    thread (from a signal handler, a finaliser, a log handler) is queued and written by the outer one.
    """

    # CPython finds slots, and methods beside them, faster than what a large object's dict holds: 5 % of an append.
    __slots__ = (
        *("orchestrator", "run", "epoch", "writer", "number", "state", "supply", "segment"),
        *("values", "after_append", "after_segment", "put_down", "turned", "unreadable", "_appended_cell", "_cells"),
        *("_clock", "_encoded", "_ending", "_epoch_cell", "_opening", "_prefixes", "_queued", "_sealing", "_time"),
    )

    def __init__(
        self,
        *,
        opening: Opening,
        state: State,
        clock: Clock,
        cells: Cells,
        epoch_slot: int,
        writer_slot: int,
        supply: SegmentSupply,
        values: Values,
    ) -> None:
        super().__init__()
        self.orchestrator, self.run, self.epoch = opening.orchestrator, RunId(opening.run), opening.epoch
        self.state = state
        self._clock, self._cells, self.values, self._sealing = clock, cells, values, values.sealing
        self._epoch_cell = epoch_slot + EPOCH
        self._time = state.stamp[0]
        self._prefixes: dict[str, bytes] = {}
        self.after_append: Callable[[int], None] | None = None
        self.after_segment: Callable[[], object] = bool
        """Called, outside the lock, by a caller that had to begin a segment, or that finds `turned` set."""
        self.unreadable: list[str] = []  # What `_catch_up` could not fold, a sentence each.
        self.begin(opening, writer_slot, supply)

    def begin(self, opening: Opening, writer_slot: int, supply: SegmentSupply) -> None:
        """Take up the pen of the writer that `opening` names, at number 1."""
        self.writer, self._opening, self.supply = WriterId(opening.writer), opening, supply
        self.number, self.turned = 0, False
        self._begin_anew()
        self._appended_cell = writer_slot + APPENDED
        self._encoded = Bodies(self.values, inline=supply.size // 4).encoded
        self._queued: deque[_Told] = deque()
        self.put_down: Literal["", "closed", "dying", "fenced"] = ""
        self._ending: Literal["", "closed", "dying"] = ""
        self.segment = self._open_segment()

    def append(self, kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        """Write one event and fold it; returns its number.

        `body` is not kept, so the caller may change it; unless it is our `own`: plain JSON that nobody else holds.
        Raises `UnstorableValue` and `TooLarge` (nothing was written), `Fenced` (a newer run has begun),
        `Closed`, and `JournalUnavailable` when no segment can be written.
        """
        encode = self._encoded  # A local: calling what an attribute holds costs more.
        encoded, kept = encode(body, own)
        with self._lock:
            if self._busy:
                self._queued.append((kind, subject, encoded, kept))
                return 0
            self._busy = True
            try:
                if self._forked:
                    self._begin_in_child()
                number = 0 if self.put_down else self._write(kind, subject, encoded, kept)
            finally:
                self._busy = False
        if number == 0:
            self._refuse()
        if self._queued:
            self._write_queued()
            number = self.number
        if self._cells[self._epoch_cell] != self.epoch:
            # Read after the lock's release, which orders it behind the frame: the new run set its epoch before it
            # looked for our last frame, so either it has seen the frame or we see its epoch.
            self.put_down = "fenced"
            raise self.fenced()
        if self.turned:
            self.turned = False
            self.after_segment()
        if self.after_append is not None:
            self.after_append(number)
        return number

    @property
    def interrupted(self) -> bool:
        """Whether this very thread is in the middle of an append, or of `undisturbed`: a signal handler asks, say."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return self._busy
        finally:
            self._lock.release()

    def undisturbed(self, work: Callable[[], T]) -> T:
        """`work` under the lock; an append that re-enters in this thread meanwhile is queued, and written after it."""
        with self._lock:
            within, self._busy = self._busy, True
            try:
                done = work()
            finally:
                self._busy = within
        self._write_queued()
        return done

    def write_all(self, told: list[tuple[str, str, dict[str, Any]]]) -> int:
        """Write events of our own, for whoever holds the pen, and wait for nothing. Raises as `append` does."""
        encoded = [(kind, subject, *self._encoded(body, True)) for kind, subject, body in told]
        return self.undisturbed(lambda: [self._write(*each) for each in encoded])[-1]

    def _write_queued(self) -> None:
        with self._lock:
            while self._queued and not (self._busy or self.put_down):
                self._busy = True
                try:
                    self._write(*self._queued.popleft())
                finally:
                    self._busy = False
            if self._ending and not (self._busy or self.put_down):
                self.put_down = self._ending

    def _write(self, kind: str, subject: str, encoded: bytes, body: dict[str, Any] | None) -> int:
        segment = self.segment
        if segment.at[1] != self.number:
            self._catch_up(segment)
        number = self.number + 1
        time = self._clock.wall()
        if time <= self._time:
            time = self._time + 1
        prefix = self._prefixes.get(kind) or self._prefix(kind)
        payload = b"[%d,%d,%b%b,%b]" % (number, time, prefix, _encode(subject), encoded)
        if self._sealing is not None:
            payload = self._sealing.close(self.writer, payload, len(encoded))
        length = len(payload)
        if segment.at[0] + length > segment.room and not (kind == LAST_KIND and segment.fits_at_the_end(length)):
            segment = self._next_segment(length)
        try:
            segment.append(number, payload)
        except OSError as error:
            raise self._unavailable(error) from error
        self._fold(number, time, kind, subject, _decode(encoded) if body is None else body)
        return number

    def _fold(self, number: int, time: int, kind: str, subject: str, body: dict[str, Any]) -> None:
        if kind in THREAD_KINDS:
            fold.pass_by(self.state, (time, self.writer, number))
        else:
            if kind in PROJECTED_KINDS:
                # First: what an interrupt leaves folded and unnoted no checkpoint would have.
                self.dirty.add(subject)
            fold.apply(self.state, Event(self.writer, number, time, self.run, kind, subject, body))
        self._time, self.number = max(self._time, time), number
        self._cells[self._appended_cell] = number  # Last, as it may fail where nothing is mapped.

    def _catch_up(self, segment: Segment) -> None:
        """Fold what an interrupt (KeyboardInterrupt, a signal handler that raised) kept us from folding."""
        for found in frame.scan(segment.read(0, segment.at[0]), self.writer):
            if isinstance(found, frame.Frame) and found.magic == frame.EVENT and found.number > self.number:
                try:
                    event = read.event(self.writer, found.payload, self.values)
                    self._fold(event.number, event.time, event.kind, event.subject, event.body)
                except CorruptData as error:
                    self.unreadable.append(str(error))  # Its number is taken for good; the next call goes on.
                    self.number = self._cells[self._appended_cell] = found.number

    def _prefix(self, kind: str) -> bytes:
        return self._prefixes.setdefault(kind, b"%b,%b," % (_encode(self.run), _encode(kind)))

    def _next_segment(self, payload: int) -> Segment:
        if payload > (limit := self.supply.size - 512 - FOR_END - FOR_SEAL):
            raise TooLarge(what="An event with its subject", size=payload, limit=limit)
        try:
            self._open_segment()
        finally:
            self.segment = self.segments[-1]  # Whatever interrupts it: all but the last listed count as full.
        self.turned = True
        return self.segment

    def _open_segment(self) -> Segment:
        segment = self.supply.begin(msgspec.structs.replace(self._opening, first=self.number + 1))
        self.segments.append(segment)
        return segment

    def _unavailable(self, error: OSError) -> JournalUnavailable:
        return JournalUnavailable(path=str(self.supply.folder), reason=error.strerror or str(error))

    def replace(self, segment: Segment) -> Segment:
        """Copy a segment that cannot be synced into a new one, which takes its place. Raises `JournalUnavailable`."""
        return self.undisturbed(lambda: self._replace(segment))

    def _replace(self, segment: Segment) -> Segment:
        at = self.segments.index(segment)
        fresh = self.supply.copy(segment)
        self.segments[at] = fresh  # With nothing in between that an interrupt could come in: it is listed, or gone.
        if self.segment is segment:
            self.segment = fresh
        segment.close()
        return fresh

    def read(self, segment: Segment, start: int, end: int) -> bytes | None:
        """Its bytes between two offsets; None when it was closed since the caller looked, as a copy has replaced it."""
        return self.undisturbed(lambda: segment.read(start, end) if segment in self.segments else None)

    @property
    def overtaken(self) -> bool:
        """Whether a newer run has begun."""
        return self._cells[self._epoch_cell] != self.epoch

    def fenced(self) -> Fenced:
        """The error that tells this process it was overtaken."""
        newer = self._cells[self._epoch_cell]
        return Fenced(run=self.run, epoch=self.epoch, orchestrator=self.orchestrator, newer=newer)

    def _refuse(self) -> NoReturn:
        if self.put_down == "dying":
            wait_for_the_end()
        if self.put_down == "fenced":
            raise self.fenced()
        raise Closed(orchestrator=self.orchestrator)

    def finish(self, body: dict[str, Any], *, dying: bool = False) -> None:
        """Append the run's end; later calls raise `Closed`, or wait for the end of a process that is being ended."""
        encoded = exact.encode(body)
        with self._lock:
            self._queued.append((LAST_KIND, self.run, encoded, None))
            self._ending = "dying" if dying else "closed"
        self._write_queued()

    def fold_in(self, events: list[Event]) -> None:
        """Fold what other writers of this orchestrator have appended; their clock moves ours on."""
        self.undisturbed(lambda: self._fold_others(events))

    def _fold_others(self, events: list[Event]) -> None:
        for event in events:
            if event.kind in PROJECTED_KINDS:
                self.dirty.add(event.subject)
            fold.apply(self.state, event)
            self._time = max(self._time, event.time)

    def take_dirty(self, limit: int) -> set[str]:
        """Up to `limit` of the tasks that changed and have not been taken since."""
        with self._lock:
            return self.dirty.take(limit)

    def picture(self) -> State:
        """The state as it is now, which later events do not change."""
        return self.undisturbed(self.state.copy)

    @property
    def undrained(self) -> int:
        """Bytes of the segments not yet given up, at the most."""
        return len(self.segments) * self.supply.size

    def committed(self) -> list[tuple[Segment, int, int]]:
        """Each segment not yet given up, in order, with its bytes written and last number."""
        return self.undisturbed(lambda: [(segment, *segment.at) for segment in self.segments])
