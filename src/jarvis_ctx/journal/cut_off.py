"""After a power loss: what came through without something that was appended before it is set aside."""

from __future__ import annotations

from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.journal.marks import WriterMark
from jarvis_ctx.journal.ranges import joined, missing


def set_aside(gathered: Gathered, after: dict[str, int], marks: list[WriterMark], epoch: int) -> None:
    """Leave each writer of the run of `epoch`, beyond what its mark says was synced, the events up to the first gap;
    with epoch 0 nobody was cut off.

    A disk writes what was not synced in any order, and a state made of the later part alone never was. What is set
    aside counts as lost; a gap within what was synced is damage, and costs nothing but what is in it.
    """
    synced = {mark.writer: mark.synced for mark in marks}
    for writer in [writer for writer in gathered.last if int(writer[:8], 16) == epoch]:
        found = [event.number for event in gathered.events if event.writer == writer]
        gaps = missing(found, after.get(writer, 0) + 1, gathered.last[writer])
        first = next((first for first, _ in gaps if first > synced.get(writer, 0)), None)
        if first is not None:
            _set_aside_from(gathered, writer, first)


def _set_aside_from(gathered: Gathered, writer: str, first: int) -> None:
    last = max(gathered.last[writer], max(end for _, end in gathered.lost[writer]))
    aside = [event for event in gathered.events if event.writer == writer and event.number >= first]
    gathered.events = [event for event in gathered.events if event.writer != writer or event.number < first]
    before = [(begin, min(end, first - 1)) for begin, end in gathered.lost[writer] if begin < first]
    gathered.lost[writer] = joined(before, [(first, last)])
    gathered.last[writer] = first - 1
    gathered.damaged.append(
        f"{len(aside)} events of writer {writer} came through the power loss without number {first}, which came before "
        "them; they are set aside and counted as lost."
    )
