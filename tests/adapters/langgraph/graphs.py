"""Checkpoints and graphs of the size of a test."""

from __future__ import annotations

from typing import Any

import msgspec
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple, empty_checkpoint

from jarvis_ctx.adapters.langgraph import JarvisSaver
from jarvis_ctx.graphs.blobs import Blob
from jarvis_ctx.graphs.ports import Ref
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.records import CheckpointPut, read
from jarvis_ctx.graphs.standing import Standing, of_checkpoint

Saver = BaseCheckpointSaver[int]


def config(thread: str = "thread", id: str | None = None, namespace: str = "") -> RunnableConfig:
    named = {"thread_id": thread, "checkpoint_ns": namespace}
    return {"configurable": named if id is None else {**named, "checkpoint_id": id}}


def put(
    saver: Saver, at: RunnableConfig, values: dict[str, Any], new: dict[str, Any], **metadata: Any
) -> RunnableConfig:
    """Put a checkpoint of these values after the one that `at` names; the channels of `new` have those versions."""
    before = saver.get_tuple(at) if "checkpoint_id" in at["configurable"] else None
    versions = {**(before.checkpoint["channel_versions"] if before else {}), **new}
    checkpoint: Any = {**empty_checkpoint(), "channel_values": values, "channel_versions": versions}
    told: Any = {"source": "loop", "step": len(versions), **metadata}
    return saver.put(at, checkpoint, told, new)


def got(saver: Saver, at: RunnableConfig) -> CheckpointTuple:
    """The checkpoint that `at` names, which is there."""
    found = saver.get_tuple(at)
    assert found is not None
    return found


def values(saver: Saver, at: RunnableConfig) -> dict[str, Any]:
    return got(saver, at).checkpoint["channel_values"]


def written(saver: JarvisSaver, at: RunnableConfig) -> int:
    """The bytes of the event of the checkpoint that `at` names."""
    reader, found = _found(saver, at)
    return len(msgspec.json.encode(reader.source.events([found.put.ref])[found.put.ref].body))


def bases(saver: JarvisSaver, at: RunnableConfig, channel: str) -> list[Ref]:
    """The events that the value of `channel` in the checkpoint that `at` names is built upon."""
    reader, found = _found(saver, at)
    upon: list[Ref] = []
    held = reader.record(found).values[channel]
    while isinstance(held, Blob) and held.base is not None:
        upon.append(held.base)
        held = read(reader.source.events([held.base])[held.base].body, CheckpointPut, channel).values[channel]
    return upon


def _found(saver: JarvisSaver, at: RunnableConfig) -> tuple[Reader, Standing]:
    place = at["configurable"]
    reader = saver.reader(place["thread_id"])
    found = of_checkpoint(reader.source, place["thread_id"], place["checkpoint_ns"], place["checkpoint_id"])
    assert found is not None
    return reader, found
