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
from jarvis_ctx.graphs.subjects import subject

THREADS = 1000
"""Namespaces of which the last checkpoint is known by heart; of others it is read."""
FEW = 160
"""Bytes of changes since the nearest base beyond which a value becomes the next base itself."""
DEEPEST = 4
"""Bases that are built one upon another; the next is built upon the whole value again."""
BASES = 64 * 1024 * 1024
"""Bytes of values that are at hand to say what changed since."""


class Slot(msgspec.Struct, frozen=True, gc=False):
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
    """Writes an event of a thread about `subject`, and returns its number."""

    def __call__(self, kind: str, thread: str, subject: str, body: dict[str, Any]) -> int: ...


class Pen:
    """Writes for one orchestrator in one process. Everything is durable when it returns; raises as `Writer.append`.

    A signal handler may put something in the middle of its own thread's put: what is known by heart stays right.
    """

    def __init__(self, append: Append, writer: Callable[[], str], parent: Parent) -> None:
        """`parent` reads the event of a checkpoint (thread, namespace, id)."""
        self._append, self._writer, self._parent = append, writer, parent
        self._lock = threading.RLock()
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
        kept: Slots = {}
        values: dict[str, Held] = {}
        large: dict[str, bytes] = {}
        for channel in channels:
            slot = before.get(channel)
            if slot is not None and channel not in new and slot.version == versions.get(channel):
                kept[channel] = slot
                continue
            typed = serialise(channel)
            if len(typed[1]) < WORTH_IT:
                values[channel] = packed(typed)
            else:
                values[channel], large[channel] = self._smaller(channel, typed, slot), typed[1]
        record = CheckpointPut(
            parent=parent,
            checkpoint=packed(checkpoint),
            metadata=packed(metadata),
            versions=dict(versions),
            values=values,
            kept=_by_writer(kept) if kept else {},
            deltas=list(deltas),
        )
        number = self._append(PUT, place[0], subject(*place), body_of(record))
        if number:  # 0 for what a signal handler told in the middle of another event: it is written after that one.
            self._note(place, (self._writer(), number), record, before, kept, large)
        return number

    def put_writes(
        self, place: tuple[str, str, str], task: str, path: str, writes: list[tuple[int, str, Typed]]
    ) -> int:
        """Put what a task wrote after the checkpoint at `place`: (index, channel, value) each."""
        record = WritesPut(task=task, path=path, writes=[Write(i, c, packed(value)) for i, c, value in writes])
        return self._append(WRITES, place[0], subject(*place), body_of(record))

    def drop(self, thread: str, namespace: str, id: str) -> int:
        """Drop one checkpoint and its writes."""
        self._forget(thread)
        return self._append(DROPPED, thread, subject(thread, namespace, id), {})

    def drop_thread(self, thread: str) -> int:
        """Drop all that was told of a thread so far."""
        self._forget(thread)
        return self._append(THREAD, thread, subject(thread), {})

    def _slots(self, thread: str, namespace: str, parent: str | None) -> Slots:
        if parent is None:
            return {}
        known = self._last.get((thread, namespace))
        if known is not None and known[0] == parent:
            return known[1]
        read = self._parent(thread, namespace, parent)
        if read is None:
            return {}
        ref, record = read
        homes = {channel: record.where(channel, ref) for channel in record.versions}
        return {channel: Slot(record.versions[channel], home) for channel, home in homes.items() if home is not None}

    def _smaller(self, channel: str, typed: Typed, slot: Slot | None) -> Held:
        for ref in dict.fromkeys((slot.base, slot.whole)) if slot is not None else ():
            base = self._bases.get((ref, channel)) if ref is not None else None
            blob = since(typed, base, ref) if base is not None and ref is not None else None
            deep = slot is not None and ref != slot.whole and slot.depth >= DEEPEST
            if blob is not None and (len(blob.data) <= FEW or not deep):
                return blob
        return packed(typed)

    def _note(
        self,
        place: tuple[str, str, str],
        ref: Ref,
        record: CheckpointPut,
        before: Slots,
        kept: Slots,
        large: dict[str, bytes],
    ) -> None:
        """Know the event that `ref` is as the last of its namespace."""
        slots = dict(kept)
        for channel, held in record.values.items():
            version = record.versions.get(channel, 0)
            if channel not in large:
                slots[channel] = Slot(version, ref)
                continue
            slots[channel] = slot = _slot(version, ref, held, before.get(channel))
            if slot.base == ref:
                self._hold((ref, channel), large[channel])
        thread, namespace, id = place
        with self._lock:
            self._last.pop((thread, namespace), None)  # Not moved afterwards: a handler may have pushed it out.
            self._last[thread, namespace] = id, slots
            if len(self._last) > THREADS:
                self._last.popitem(last=False)

    def _hold(self, key: tuple[Ref, str], data: bytes) -> None:
        size = len(data)
        if size <= MOST_KNOWN:
            with self._lock:
                self._bases[key] = data
                self._held += size  # Without a call, within which a handler could change it.
                while self._held > BASES and self._bases:
                    gone = len(self._bases.popitem(last=False)[1])
                    self._held -= gone

    def forget(self) -> None:
        """Read all anew: some of it was dropped by somebody else."""
        with self._lock:
            self._last.clear()

    def _forget(self, thread: str) -> None:
        with self._lock:
            for key in list(self._last):
                if key[0] == thread:
                    self._last.pop(key, None)


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
