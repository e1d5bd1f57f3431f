"""A checkpoint as it was put, with its values fetched from wherever they were put first."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.blobs import Blob, Held, Typed, unpacked
from jarvis_ctx.graphs.ports import Place, Ref
from jarvis_ctx.graphs.records import CheckpointPut, Version, WritesPut, read
from jarvis_ctx.graphs.source import Body, Source, check_place
from jarvis_ctx.graphs.standing import Standing
from jarvis_ctx.model.event import Event

ROOM = 256
"""Events that are kept at hand while a list is read."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One pending write."""

    task: str
    path: str
    index: int
    channel: str
    value: Typed

    @property
    def order(self) -> tuple[str, str, int]:
        """In which the framework would apply it."""
        return self.path, self.task, self.index


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint, still serialised."""

    standing: Standing
    parent: str | None
    checkpoint: Typed
    metadata: Typed
    versions: dict[str, Version]
    values: dict[str, Typed]
    writes: list[Written]


class Reader:
    """Reads checkpoints of one source, and each event once as long as it is at hand."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._known: dict[Ref, Event] = {}

    def record(self, standing: Standing) -> CheckpointPut:
        """The checkpoint's own event. Raises `CorruptData`."""
        self.at_hand([standing.put.ref])
        return read(self._told(standing.put), CheckpointPut, standing.put.subject)

    def event(self, ref: Ref) -> CheckpointPut:
        """The event of a checkpoint that stands or stood. Raises `CorruptData`."""
        self.at_hand([ref])
        return read(self._known[ref].body, CheckpointPut, f"{ref[1]} of writer {ref[0]}")

    def base(self, channel: str, ref: Ref) -> Ref | None:
        """The event upon whose value of a channel another event's was built. Raises `CorruptData`."""
        held = self._blob(channel, ref)
        return held.base if isinstance(held, Blob) else None

    def found(self, standing: Standing) -> Found:
        """The whole of it. Raises `CorruptData` and `StoreUnavailable`."""
        self.at_hand([standing.put.ref, *(place.ref for place in standing.writes)])
        own, record = standing.put.ref, self.record(standing)
        homes = {channel: ref for channel in record.versions if (ref := record.where(channel, own)) is not None}
        homes |= dict.fromkeys(record.values, own)
        self.at_hand(homes.values())
        return Found(
            standing=standing,
            parent=record.parent,
            checkpoint=unpacked(record.checkpoint, _nothing),
            metadata=self.metadata(standing),
            versions=record.versions,
            values={channel: self.value(channel, ref) for channel, ref in homes.items()},
            writes=self.writes(standing),
        )

    def metadata(self, standing: Standing) -> Typed:
        """Only its metadata."""
        return unpacked(self.record(standing).metadata, _nothing)

    def value(self, channel: str, ref: Ref) -> Typed:
        """The value of a channel that an event holds. Raises `CorruptData`."""
        return unpacked(self._blob(channel, ref), lambda base: self.value(channel, base)[1])

    def writes(self, standing: Standing) -> list[Written]:
        """What tasks wrote after it: of two writes the first stands, but for those that are told anew each time."""
        self.at_hand([place.ref for place in standing.writes])
        kept: dict[tuple[str, int], Written] = {}
        for place in standing.writes:
            record = read(self._told(place), WritesPut, place.subject)
            for write in record.writes:
                key = record.task, write.index
                if write.index < 0 or key not in kept:
                    value = unpacked(write.value, _nothing)
                    kept[key] = Written(
                        task=record.task, path=record.path, index=write.index, channel=write.channel, value=value
                    )
        return sorted(kept.values(), key=lambda written: written.order)

    def _blob(self, channel: str, ref: Ref) -> Held:
        values = self.event(ref).values
        if channel not in values:
            raise CorruptData(what=f"Event {ref[1]} of writer {ref[0]}", reason=f"it lacks the value of {channel!r}")
        return values[channel]

    def _told(self, place: Place) -> Body:
        event = self._known[place.ref]
        check_place(place, event.time, event.kind, event.subject)
        return event.body

    def at_hand(self, refs: Iterable[Ref]) -> None:
        """Read these events at once. Raises `CorruptData` for one that is gone."""
        asked = set(refs)
        if len(self._known) > ROOM:
            self._known = {ref: event for ref, event in self._known.items() if ref in asked}
        if wanted := asked - self._known.keys():
            self._known |= self.source.events(wanted)


def _nothing(base: Ref) -> bytes:
    raise CorruptData(what="A graph's checkpoint", reason=f"it was built upon event {base}, which no checkpoint is")
