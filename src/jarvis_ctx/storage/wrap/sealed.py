"""A store whose contents are sealed before the engine has them; events come sealed already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.codec.sealed import Seals, opened
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey
from jarvis_ctx.graphs.ports import GraphIndex
from jarvis_ctx.journal.ports import Batch, EventStore, StoredEvent
from jarvis_ctx.liveness.ports import LeaseStore
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.recovery.ground import Store
from jarvis_ctx.retention.ports import Upkeep
from jarvis_ctx.storage.wrap.veil import Veil

if TYPE_CHECKING:
    from jarvis_ctx.retention.needle import Needle
    from jarvis_ctx.retention.purging import FilePurge

SNAPSHOT, LEASE = "snapshot", "lease"


Q_co = TypeVar("Q_co", covariant=True)
"""The port of those who ask, which stands above this room and is handed through."""


class Kept(Upkeep, Protocol):
    """What retention and a purge ask for."""

    def purge(self, needle: Needle, files: FilePurge) -> int: ...

    def rewrite(self, change: Callable[[str, bytes], bytes]) -> int: ...

    def compact(self) -> None: ...


class Engine(Store, Protocol[Q_co]):
    """The store inside."""

    @property
    def queries(self) -> Q_co: ...

    @property
    def graphs(self) -> GraphIndex: ...

    @property
    def upkeep(self) -> Kept: ...

    def close(self) -> None: ...


class SealedStore(Generic[Q_co]):
    """The ports of `engine`, with snapshots and leases sealed and a veil over what is derived from events."""

    def __init__(self, engine: Engine[Q_co], seals: Seals, veil: Veil) -> None:
        self._engine = engine
        self.events: EventStore = VeiledEvents(engine.events, veil)
        self.checkpoints: CheckpointStore = SealedCheckpoints(engine.checkpoints, seals)
        self.leases: LeaseStore = SealedLeases(engine.leases, seals)
        self.queries: Q_co = engine.queries
        self.graphs: GraphIndex = engine.graphs
        self.upkeep: Kept = engine.upkeep

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


class VeiledEvents:
    """The `EventStore` port."""

    def __init__(self, events: EventStore, veil: Veil) -> None:
        self._events, self._veil = events, veil

    def write(self, batch: Batch) -> None:
        self._events.write(self._veil(batch))

    def watermarks(self) -> dict[str, int]:
        return self._events.watermarks()

    def epochs(self) -> dict[str, int]:
        return self._events.epochs()

    def events(self, orchestrator: str, after: dict[str, int]) -> Iterator[StoredEvent]:
        return self._events.events(orchestrator, after)

    def remove(self, writer: str, numbers: Iterable[int]) -> None:
        self._events.remove(writer, numbers)

    def cut(self, orchestrator: str, cut: Cut) -> int:
        return self._events.cut(orchestrator, cut)

    def sync(self) -> None:
        self._events.sync()


class SealedCheckpoints:
    """The `CheckpointStore` port. A snapshot is bound to its id and hash, which stay when it is moved."""

    def __init__(self, checkpoints: CheckpointStore, seals: Seals) -> None:
        self._checkpoints, self._seals = checkpoints, seals

    def put(self, snapshot: Snapshot) -> None:
        sealed = self._seals.seal_json(snapshot.state, SNAPSHOT, place=_place(snapshot.header))
        self._checkpoints.put(replace(snapshot, state=sealed))

    def move(self, header: CheckpointHeader) -> None:
        self._checkpoints.move(header)

    def headers(self, orchestrator: str) -> list[CheckpointHeader]:
        return self._checkpoints.headers(orchestrator)

    def get(self, id: str) -> Snapshot | None:
        """As the port's; raises `CorruptData` and `WrongEncryptionKey`, too."""
        found = self._checkpoints.get(id)
        return None if found is None else self._opened(found)

    def _opened(self, found: Snapshot) -> Snapshot:
        state = opened(self._seals, found.state, f"Snapshot {found.header.id}", SNAPSHOT, _place(found.header))
        return replace(found, state=state, base=None if found.base is None else self._opened(found.base))

    def delete(self, ids: list[str]) -> None:
        self._checkpoints.delete(ids)


class SealedLeases:
    """The `LeaseStore` port. Details that do not open are left out: they are not what recovery stands on."""

    def __init__(self, leases: LeaseStore, seals: Seals) -> None:
        self._leases, self._seals = leases, seals

    def put(self, orchestrator: str, leases: list[Lease]) -> None:
        self._leases.put(orchestrator, [self._closed(orchestrator, lease) for lease in leases])

    def all(self, orchestrator: str) -> list[Lease]:
        return [self._open(orchestrator, lease) for lease in self._leases.all(orchestrator)]

    def _closed(self, orchestrator: str, lease: Lease) -> Lease:
        if not lease.details:
            return lease
        place = f"{orchestrator}|{lease.agent}".encode()
        sealed = self._seals.seal_json(msgspec.json.encode(lease.details), LEASE, place=place)
        return replace(lease, details=decoding.plain(sealed))

    def _open(self, orchestrator: str, lease: Lease) -> Lease:
        if not lease.details:
            return lease
        place = f"{orchestrator}|{lease.agent}".encode()
        try:
            details: dict[str, Any] = decoding.plain(
                self._seals.open_json(lease.details, f"The beat of {lease.agent}", LEASE, place=place)
            )
        except (CorruptData, WrongEncryptionKey):
            details = {}
        return replace(lease, details=details)


def _place(header: CheckpointHeader) -> bytes:
    return f"{header.orchestrator}|{header.id}|{header.hash}".encode()
