"""What a delta channel is rebuilt from: its last stored value before a checkpoint, and what was written since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langgraph.checkpoint.base import DeltaChannelHistory, PendingWrite

from jarvis_ctx.adapters.langgraph.strict import loaded
from jarvis_ctx.adapters.langgraph.tuples import named
from jarvis_ctx.graphs import standing
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.standing import Standing


def history(
    serde: Any, reader: Reader, place: Standing | None, channels: Sequence[str]
) -> dict[str, DeltaChannelHistory]:
    """Of each channel, along the line that leads to `place`. Raises `OtherSerialiser` and `TypeNotAllowed`."""
    writes: dict[str, list[PendingWrite]] = {channel: [] for channel in channels}
    seeds: dict[str, Any] = {}
    for at in _before(reader, place):
        if len(seeds) == len(writes):
            break
        record, what = reader.record(at), named(at)
        for write in reversed(reader.writes(at)):
            if write.channel in writes and write.channel not in seeds:
                value = loaded(serde, write.value, f"A write of {what}")
                writes[write.channel].append((write.task, write.channel, value))
        for channel in writes.keys() - seeds.keys():
            ref = record.where(channel, at.put.ref)
            if ref is not None:
                seeds[channel] = loaded(serde, reader.value(channel, ref), f"Channel {channel!r} of {what}")
    return {channel: _entry(channel, told, seeds) for channel, told in writes.items()}


def _before(reader: Reader, place: Standing | None) -> Iterator[Standing]:
    """The checkpoints before it on its line, the latest first; ids go up along a line."""
    parent = None if place is None else reader.record(place).parent
    if place is None or parent is None:
        return
    for earlier in standing.of_namespace(reader.source, place.thread, place.namespace, place.id):
        if earlier.id == parent:
            yield earlier
            parent = reader.record(earlier).parent


def _entry(channel: str, told: list[PendingWrite], seeds: dict[str, Any]) -> DeltaChannelHistory:
    entry: DeltaChannelHistory = {"writes": told[::-1]}
    return {**entry, "seed": seeds[channel]} if channel in seeds else entry
