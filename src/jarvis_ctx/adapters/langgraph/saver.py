"""JarvisSaver: LangGraph's checkpoints, durable when `put` returns, each channel's value stored once a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_metadata,
)

from jarvis_ctx.adapters.langgraph import deltas, places, threads
from jarvis_ctx.adapters.langgraph.strict import dumped, strict
from jarvis_ctx.adapters.langgraph.tuples import metadata_of, tuple_of
from jarvis_ctx.adapters.langgraph.twins import AsyncTwins
from jarvis_ctx.adapters.opening import Standing, Store
from jarvis_ctx.errors import BadValue, SecretsNotSeen
from jarvis_ctx.graphs import standing
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.thinning import surplus, unneeded

APART = ("id", "channel_values", "channel_versions")
"""What of a checkpoint is stored beside it."""
CHANNEL = itemgetter(0)
"""Of a write."""


class Listener(Protocol):
    """Who is told what was stored, once it is."""

    def put(self, config: RunnableConfig) -> None: ...

    def written(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], id: str) -> None: ...


class JarvisSaver(AsyncTwins, Standing):
    """A LangGraph checkpointer on a jarvis-ctx store: `builder.compile(checkpointer=JarvisSaver())`.

    What is put is durable when the call returns, as the store's `durability` has it and whatever LangGraph's own says.
    `store` is a `JarvisContextManager`, or the path of a store (default: the setting `path`), whose sidecar in this
    process is joined or opened; further arguments are settings of that sidecar. `allowed` are types of the state that
    may be built from stored data, besides LangGraph's own. Close it after use: it is a context manager.

    Safe in any thread and in asyncio. In a forked child everything raises `CarriedOverFork`. Writing raises as
    `JarvisContextManager`'s verbs, and `UnstorableValue`; reading raises `StoreUnavailable`, `CorruptData`,
    `OtherSerialiser` and `TypeNotAllowed`. Raises `SecretsNotSeen` with `secrets="drop"`.
    """

    def __init__(
        self,
        store: Store = None,
        *,
        allowed: Iterable[type] = (),
        **settings: Any,
    ) -> None:
        AsyncTwins.__init__(self, serde=strict(allowed))
        Standing.__init__(self, store, settings)
        if self.manager.settings.secrets == "drop":
            self.close()
            raise SecretsNotSeen()
        self._graphs = self.manager.graphs
        self.listeners: list[Listener] = []
        self.in_place = self.manager.settings.durability == "process"

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; values of channels that are not in `new_versions` are where they were."""
        self.check()
        thread, namespace, parent = places.place_of(config)
        id, serde = checkpoint["id"], self.serde
        values, versions = checkpoint["channel_values"], checkpoint["channel_versions"]
        places.storable(namespace, id, *values, *versions)
        rest: dict[str, Any] = {**checkpoint}
        for name in APART:
            rest.pop(name, None)
        self._graphs.pen.put(
            (thread, namespace, id),
            parent=parent,
            checkpoint=dumped(serde, rest, "the checkpoint"),
            metadata=dumped(serde, get_checkpoint_metadata(places.flat(config), metadata), "the metadata"),
            versions=versions,
            channels=values.keys(),
            new=new_versions.keys(),
            deltas=metadata.get("counters_since_delta_snapshot", ()),
            serialise=lambda channel: dumped(serde, values[channel], f"channel {channel}"),
        )
        for listener in self.listeners:
            listener.put(config)
        return places.config_of(thread, namespace, id)

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a task wrote after the checkpoint that `config` names."""
        self.check()
        thread, namespace, id = places.place_of(config)
        if id is None:
            raise BadValue(name="checkpoint_id", value=id, expected="the checkpoint that was written after")
        places.storable(namespace, id, task_id, task_path, *map(CHANNEL, writes))
        told = [
            (WRITES_IDX_MAP.get(channel, index), channel, dumped(self.serde, value, f"a write to {channel}"))
            for index, (channel, value) in enumerate(writes)
        ]
        self._graphs.pen.put_writes((thread, namespace, id), task_id, task_path, told)
        for listener in self.listeners:
            listener.written(config, writes, task_id)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or its namespace's latest; None where there is none."""
        reader = self.reader(places.thread_of(config))
        found = threads.named(reader.source, config)
        return None if found is None else tuple_of(self.serde, reader.found(found))

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> dict[str, DeltaChannelHistory]:
        """What these channels of the checkpoint that `config` names are rebuilt from."""
        reader = self.reader(places.thread_of(config))
        return deltas.history(self.serde, reader, threads.named(reader.source, config), channels)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """The checkpoints that match, the latest first: of all threads, of a thread, or of its namespace.

        `filter` names metadata and the values it has. Raises `BadValue` for a key that is not a plain name.
        """
        wanted, left = places.checked(filter), limit
        thread = places.thread_of(config) if config and "thread_id" in config.get("configurable", {}) else None
        reader = self.reader(thread)
        for found in threads.matching(reader.source, thread, config, places.id_of(before)):
            if left is not None and left <= 0:
                return
            if wanted and not self._is_like(reader, found, wanted):
                continue
            left = None if left is None else left - 1
            yield tuple_of(self.serde, reader.found(found))

    def delete_thread(self, thread_id: str) -> None:
        """Drop all of a thread. A cleanup frees its room."""
        self.check()
        self._graphs.pen.drop_thread(places.thread_id(thread_id))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Drop the checkpoints, of any thread, that runs of LangGraph with these ids have put.

        What a delta channel of a checkpoint that stays is rebuilt from stays, too.
        """
        runs, reader = set(run_ids), self.reader()
        for thread in standing.threads(reader.source) if runs else ():
            found = standing.of_thread(reader.source, thread)
            gone = unneeded(reader, found, lambda place: self.metadata(reader, place).get("run_id") in runs)
            threads.drop(self._graphs.pen, gone)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Put all of a thread's checkpoints and writes into another one, under the same ids.

        Raises `UnknownThread`.
        """
        source, target = places.thread_id(source_thread_id), places.thread_id(target_thread_id)
        reader = self.reader(source)
        found = standing.of_thread(reader.source, source)
        if not found:
            raise threads.unknown(self.reader().source, source, self.manager.settings)
        threads.copy(self._graphs.pen, reader, found, target)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Drop all of these threads (`delete`), or all but each namespace's latest checkpoint (`keep_latest`).

        What a delta channel of a checkpoint that stays is rebuilt from stays, too.
        """
        if strategy not in ("keep_latest", "delete"):
            raise BadValue(name="strategy", value=strategy, expected="keep_latest or delete")
        for thread in map(places.thread_id, thread_ids):
            if strategy == "delete":
                self.delete_thread(thread)
            else:
                reader = self.reader(thread)
                threads.drop(self._graphs.pen, surplus(reader, standing.of_thread(reader.source, thread), 1))

    def metadata(self, reader: Reader, place: standing.Standing) -> CheckpointMetadata:
        """A checkpoint's metadata."""
        return metadata_of(self.serde, reader.metadata(place), place)

    def reader(self, thread: str | None = None) -> Reader:
        """Reads what was put so far."""
        self.check()
        return self._graphs.reader(thread)

    def _is_like(self, reader: Reader, place: standing.Standing, wanted: dict[str, Any]) -> bool:
        found = self.metadata(reader, place)
        return all(found.get(name) == value for name, value in wanted.items())
