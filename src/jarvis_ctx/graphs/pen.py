"""Writes a graph's checkpoints: each value once, and again only when its channel has a new version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import msgspec

from jarvis_ctx.graphs.blobs import MOST_KNOWN, WORTH_IT, Blob, Held, Typed, packed, since
from jarvis_ctx.graphs.ports import Ref
from jarvis_ctx.graphs.records import CheckpointPut, Version, Write, WritesPut, body_of
from jarvis_ctx.graphs.standing import DROPPED, PUT, THREAD, WRITES

THREADS = 1000
"""Namespaces of which the last checkpoint is known by heart; of others it is read."""
FEW = 160
"""Bytes of changes since the nearest base beyond which a value becomes the next base itself."""
DEEPEST = 4
"""Bases that are built one upon another; the next is built upon the whole value again."""
BASES = 64 * 1024 * 1024
"""Bytes of values that are at hand to say what changed since."""


class Slot(msgspec.Struct, frozen=True):
    """Where a channel's value of this version is, and upon which earlier ones the next may be built.

    `base` is the nearest, which is whole, too, or itself built, `depth` bases deep, upon the last `whole` one.
    """

    version: Version
    ref: Ref
    base: Ref | None = None
    whole: Ref | None = None
    depth: int = 0


Slots = dict[str, Slot]
Parent = Callable[[str, str, str], tuple[Ref, CheckpointPut] | None]


class Append(Protocol):
    """Writes an event about a thread, or about its namespace and checkpoint, and returns its number."""

    def __call__(self, kind: str, about: tuple[str, ...], body: dict[str, Any]) -> int: ...


class Pen:
    """Writes for one orchestrator in one process. Everything is durable when it returns; raises as `Writer.append`."""

    def __init__(self, append: Append, writer: Callable[[], str], parent: Parent) -> None:
        """`parent` reads the event of a checkpoint (thread, namespace, id)."""
        self._append, self._writer, self._parent = append, writer, parent
        self._lock = threading.Lock()
        self._last: OrderedDict[tuple[str, str], tuple[str, Slots]] = OrderedDict()
        self._bases: OrderedDict[tuple[Ref, str], bytes] = OrderedDict()
        self._held = 0

    def put(
        self,
        place: tuple[str, str, str],
        *,
        parent: str | None,
        checkpoint: Typed,
        metadata: Typed,
        versions: Mapping[str, Version],
        channels: Collection[str],
        new: Collection[str],
        deltas: Collection[str],
        serialise: Callable[[str], Typed],
    ) -> int:
        """Put the checkpoint at `place` (thread, namespace, id) and return its event's number.

        `channels` have a value, which `serialise` gives where it is `new` or the parent has it not in that version.
        `deltas` are rebuilt from what was written before.
        """
        before = self._slots(place[0], place[1], parent)
        kept = {c: before[c] for c in channels if c not in new and c in before and before[c].version == versions.get(c)}
        own = {channel: serialise(channel) for channel in channels if channel not in kept}
        values = {channel: self._held_as(channel, typed, before) for channel, typed in own.items()}
        record = CheckpointPut(
            parent=parent,
            checkpoint=packed(checkpoint),
            metadata=packed(metadata),
            versions=dict(versions),
            values=values,
            kept=_by_writer(kept) if kept else {},
            deltas=list(deltas),
        )
        number = self._append(PUT, place, body_of(record))
        if number:  # 0 for what a signal handler told in the middle of another event: it is written after that one.
            ref = self._writer(), number
            here = {c: _slot(versions.get(c, 0), ref, held, before.get(c)) for c, held in values.items()}
            self._remember(place, {**kept, **here} if kept else here)
            for channel, (_, data) in own.items():
                if len(data) >= WORTH_IT and here[channel].base == ref:
                    self._hold((ref, channel), data)
        return number

    def put_writes(
        self, place: tuple[str, str, str], task: str, path: str, writes: list[tuple[int, str, Typed]]
    ) -> int:
        """Put what a task wrote after the checkpoint at `place`: (index, channel, value) each."""
        record = WritesPut(task=task, path=path, writes=[Write(i, c, packed(value)) for i, c, value in writes])
        return self._append(WRITES, place, body_of(record))

    def drop(self, thread: str, namespace: str, id: str) -> int:
        """Drop one checkpoint and its writes."""
        self._forget(thread)
        return self._append(DROPPED, (thread, namespace, id), {})

    def drop_thread(self, thread: str) -> int:
        """Drop all that was told of a thread so far."""
        self._forget(thread)
        return self._append(THREAD, (thread,), {})

    def _slots(self, thread: str, namespace: str, parent: str | None) -> Slots:
        if parent is None:
            return {}
        with self._lock:
            known = self._last.get((thread, namespace))
        if known is not None and known[0] == parent:
            return known[1]
        read = self._parent(thread, namespace, parent)
        if read is None:
            return {}
        ref, record = read
        homes = {channel: record.where(channel, ref) for channel in record.versions}
        return {channel: Slot(record.versions[channel], home) for channel, home in homes.items() if home is not None}

    def _held_as(self, channel: str, typed: Typed, before: Slots) -> Held:
        slot = before.get(channel) if len(typed[1]) >= WORTH_IT else None
        for ref in dict.fromkeys((slot.base, slot.whole)) if slot is not None else ():
            base = self._bases.get((ref, channel)) if ref is not None else None
            blob = since(typed, base, ref) if base is not None and ref is not None else None
            deep = slot is not None and ref != slot.whole and slot.depth >= DEEPEST
            if blob is not None and (len(blob.data) <= FEW or not deep):
                return blob
        return packed(typed)

    def _remember(self, place: tuple[str, str, str], slots: Slots) -> None:
        thread, namespace, id = place
        with self._lock:
            self._last[thread, namespace] = id, slots
            self._last.move_to_end((thread, namespace))
            if len(self._last) > THREADS:
                self._last.popitem(last=False)

    def _hold(self, key: tuple[Ref, str], data: bytes) -> None:
        if len(data) <= MOST_KNOWN:
            with self._lock:
                self._bases[key] = data
                self._held += len(data)
                while self._held > BASES:
                    self._held -= len(self._bases.popitem(last=False)[1])

    def forget(self) -> None:
        """Read all anew: some of it was dropped by somebody else."""
        with self._lock:
            self._last.clear()

    def _forget(self, thread: str) -> None:
        with self._lock:
            for key in [key for key in self._last if key[0] == thread]:
                del self._last[key]


def _slot(version: Version, ref: Ref, held: Held, before: Slot | None) -> Slot:
    """Where the value is that `ref` holds."""
    if type(held) is not Blob or held.form != "since" or before is None:
        return Slot(version, ref, ref, ref)
    depth = 0 if held.base == before.whole else before.depth
    if len(held.data) <= FEW:
        return Slot(version, ref, held.base, before.whole, depth)
    return Slot(version, ref, ref, before.whole, depth + 1)


def _by_writer(kept: Slots) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for channel, slot in kept.items():
        writer, number = slot.ref
        found.setdefault(writer, {})[channel] = number
    return found
