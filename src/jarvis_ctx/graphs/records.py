"""The bodies of a graph's events."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.blobs import Held
from jarvis_ctx.graphs.ports import Ref

Version = int | float | str
R = TypeVar("R", bound=msgspec.Struct)


class CheckpointPut(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint: the values that are new with it, and where the others are."""

    checkpoint: Held
    """As it was given, but for its values and versions."""
    metadata: Held
    parent: str | None = None
    versions: dict[str, Version] = {}
    values: dict[str, Held] = {}
    kept: dict[str, dict[str, int]] = {}
    """By writer and channel the number of the event that holds a value which has not changed since."""
    deltas: list[str] = []
    """The channels that are rebuilt from what was written before it."""
    serialised: bool = True
    """Nobody can see what is in it: where only secrets are sealed, it is."""

    def where(self, channel: str, own: Ref) -> Ref | None:
        """The event that holds the value of `channel`; None for a channel without one."""
        if channel in self.values:
            return own
        return next(((writer, held[channel]) for writer, held in self.kept.items() if channel in held), None)


def remnant(record: CheckpointPut, channels: Collection[str]) -> CheckpointPut:
    """What stays of a checkpoint that was dropped: the values of these channels, which later ones name."""
    values = {channel: held for channel, held in record.values.items() if channel in channels}
    return CheckpointPut(checkpoint=None, metadata=None, values=values)


class Write(msgspec.Struct, frozen=True, array_like=True):
    """What one task wrote to one channel."""

    index: int
    channel: str
    value: Held


class WritesPut(msgspec.Struct, frozen=True, kw_only=True):
    """What one task wrote after a checkpoint and before the next."""

    task: str
    writes: list[Write]
    path: str = ""
    serialised: bool = True


def body_of(record: msgspec.Struct) -> dict[str, Any]:
    """As JSON once it is encoded; what has its default is written all the same."""
    return msgspec.structs.asdict(record)


def read(body: dict[str, Any], kind: type[R], subject: str) -> R:
    """The record of an event's body. Raises `CorruptData`."""
    try:
        return decoding.convert(body, kind)
    except msgspec.ValidationError as error:
        raise CorruptData(what=f"Event {subject} of a graph", reason=str(error)) from error
