"""A stored checkpoint as LangGraph has it."""

from __future__ import annotations

from typing import Any, cast

from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata, CheckpointTuple

from jarvis_ctx.adapters.langgraph.places import config_of
from jarvis_ctx.adapters.langgraph.strict import loaded
from jarvis_ctx.graphs.blobs import Typed
from jarvis_ctx.graphs.reading import Found
from jarvis_ctx.graphs.standing import Standing


def tuple_of(serde: Any, found: Found) -> CheckpointTuple:
    """All of it. Raises `OtherSerialiser` and `TypeNotAllowed`."""
    place, what = found.standing, named(found.standing)
    values = {c: loaded(serde, typed, f"Channel {c!r} of {what}") for c, typed in found.values.items()}
    checkpoint = {
        **loaded(serde, found.checkpoint, what),
        "id": place.id,
        "channel_values": values,
        "channel_versions": dict(found.versions),
    }
    return CheckpointTuple(
        config=config_of(place.thread, place.namespace, place.id),
        checkpoint=cast(Checkpoint, checkpoint),
        metadata=metadata_of(serde, found.metadata, place),
        parent_config=None if found.parent is None else config_of(place.thread, place.namespace, found.parent),
        pending_writes=[(w.task, w.channel, loaded(serde, w.value, f"A write of {what}")) for w in found.writes],
    )


def metadata_of(serde: Any, typed: Typed, place: Standing) -> CheckpointMetadata:
    """Only the metadata."""
    return cast(CheckpointMetadata, loaded(serde, typed, f"The metadata of {named(place)}"))


def named(place: Standing) -> str:
    """For errors."""
    return f"checkpoint {place.id} of thread {place.thread!r}"
