"""Breaks of what holds while the system fails, is short of something or is slow, made in a child before it begins."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.errors import JournalUnavailable, StoreUnavailable
from jarvis_ctx.journal.cells import WrittenCells
from jarvis_ctx.journal.health import JournalHealth
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.supply import SegmentSupply
from jarvis_ctx.journal.writer import Writer


def errors_not_typed() -> None:
    """What the system says goes on to the caller as it is."""
    Writer._unavailable = lambda self, error: error  # type: ignore[method-assign, assignment, return-value]  # a break


def failed_append_acknowledged() -> None:
    """A frame that could not be written, and its mark, count as written."""
    write, mark = Segment._write, WrittenCells.__setitem__

    def written(self: Segment, data: bytes, offset: int) -> None:
        with suppress(OSError):
            write(self, data, offset)

    def marked(self: WrittenCells, index: int, value: int) -> None:
        with suppress(JournalUnavailable):
            mark(self, index, value)

    Segment._write = written  # type: ignore[method-assign]  # a break
    WrittenCells.__setitem__ = marked  # type: ignore[method-assign]  # a break


def drain_errors_raised() -> None:
    """A captured call raises what the background could not drain."""
    acknowledge = Journal._acknowledge

    def telling(self: Journal) -> None:
        def tell(number: int) -> None:
            if self.draining.error:
                raise StoreUnavailable(path=str(self.folder.parent), reason=self.draining.error)

        acknowledge(self)
        self.writer.after_append = tell

    Journal._acknowledge = telling  # type: ignore[method-assign]  # a break


def full_for_good() -> None:
    """Where a segment could not be made once, none is made any more."""
    make, failed = SegmentSupply._make, list[OSError]()

    def discouraged(self: SegmentSupply) -> Segment:
        if failed:
            raise failed[0]
        try:
            return make(self)
        except OSError as error:
            failed.append(error)
            raise

    SegmentSupply._make = discouraged  # type: ignore[method-assign]  # a break


def errors_not_shown() -> None:
    """Nothing says why what waits is waiting."""
    health = Journal.health

    def silent(self: Journal) -> JournalHealth:
        return replace(health(self), drain_error="", sync_error="")

    Journal.health = silent  # type: ignore[method-assign]  # a break


def claims_wait_for_the_database() -> None:
    """A task is claimed when the database has all that was said before, or half a second later."""
    run = Claims.run

    def patient(self: Claims, *given: Any) -> Any:
        with suppress(StoreUnavailable):
            self._owner.flush(0.5)  # type: ignore[attr-defined]  # the sidecar
        return run(self, *given)

    Claims.run = patient  # type: ignore[method-assign, assignment]  # a break
