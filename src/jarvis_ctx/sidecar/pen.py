"""The pen of somebody who writes beside a store's run, or in place of one: a few events in segments of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.clock import Clock
from jarvis_ctx.journal.marks import EPOCH, ORCHESTRATOR, Marks
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.segment import new_writer, opening_of
from jarvis_ctx.journal.supply import SegmentSupply
from jarvis_ctx.journal.values import Values
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.state import State

SEGMENT_BYTES = 65_536


def pen(
    name: str, folder: Path, marks: Marks, state: State, clock: Clock, sealing: Sealing | None, run: str = ""
) -> Writer:
    """A writer beside the owner's, in its run's epoch; what it writes is folded into `state`, and later than it."""
    slot = marks.slot(ORCHESTRATOR, name)
    epoch = marks.cells[slot + EPOCH]
    opening = opening_of(name, new_writer(epoch), RunId(run), epoch)
    return Writer(
        opening=opening,
        state=state,
        clock=clock,
        cells=marks.cells,
        epoch_slot=slot,
        writer_slot=marks.writer_slot(opening.writer, name, epoch),
        supply=SegmentSupply(folder, opening.writer, SEGMENT_BYTES, mapped=False),
        values=Values(folder, sealing=sealing),
    )


@contextmanager
def sealing_behind(writer: Writer) -> Iterator[Writer]:
    """Seals the segment of what was written; where something stopped that, the file is closed as it is."""
    try:
        yield writer
        writer.segment.seal()
    finally:
        writer.segment.close()
