"""What a disk may hold after the power has gone: everything that was synced, and any part of what was not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from tests.campaign.tracing import Names, Op, Resize, SyncFile, SyncFolder, Trace, Write

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""
KEPT = ("none", "all", "random", "torn", "last")
"""How much of the un-synced is on the disk: nothing; all; of each sector some version since the last sync; all up to a
write that is torn; the sectors of the last write alone.
"""
ORDERS = ("strict", "ordered")
"""Which names: any of those whose folder was not synced; or, as with a journalling file system, the first few of them.
"""
T = TypeVar("T")


class Disk(msgspec.Struct, kw_only=True):
    """What is on the disk when it is mounted again."""

    folders: list[str]
    files: dict[str, bytes]

    def lay_out(self, folder: Path) -> None:
        """Make it all below `folder`, as private as it was."""
        for path in self.folders:
            (folder / path).mkdir(mode=0o700)
        for path, data in self.files.items():
            (folder / path).write_bytes(data)
            (folder / path).chmod(0o600)


class PowerCut:
    """The moment before line `at` of a trace, at which the power goes. What synced from line `lying` on did nothing."""

    def __init__(self, trace: Trace, at: int, *, lying: float = float("inf")) -> None:
        self._trace, self._at = trace, at
        self._done = [op for op in trace.ops if op.begun < at]
        self._files: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._folders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for op in self._done:
            if op.ended < min(at, lying):
                if isinstance(op, SyncFile):
                    self._files[op.file].append((op.begun, op.ended))
                elif isinstance(op, SyncFolder):
                    self._folders[op.folder].append((op.begun, op.ended))

    def disk(self, kept: str, order: str, chance: random.Random) -> Disk:
        """One of the legal states."""
        names = self._names(kept, order, chance)
        there = {path: file for path, file in sorted(names.items()) if _reachable(path, names)}
        contents = self._contents(kept, chance)
        return Disk(
            folders=[path for path, file in there.items() if path and not file],
            files={path: contents[file] for path, file in there.items() if file and not path.endswith("-shm")},
        )

    def seen(self, path: str) -> bytes:
        """What the program itself had in that file; nothing where there was none."""
        names = dict(self._trace.names)
        for named in (op for op in self._done if isinstance(op, Names)):
            names |= {name: file or 0 for name, file in named.names.items()}
        file = names.get(path, 0)
        content = bytearray(self._trace.contents.get(file, b""))
        for op in self._done:
            if isinstance(op, (Write, Resize)) and op.file == file:
                _apply(op, content)
        return bytes(content)

    def synced(self, op: Op, file: int) -> bool:
        """Whether a sync that began after `op` and has ended covers it."""
        return any(begun > op.ended for begun, _ in self._files[file])

    def _names(self, kept: str, order: str, chance: random.Random) -> dict[str, int]:
        ops = [op for op in self._done if isinstance(op, Names)]
        durable = {id(op) for op in ops if self._is_durable(op, order)}
        pending = [op for op in ops if id(op) not in durable]
        chosen = durable | {id(op) for op in _some(pending, kept, order, chance)}
        names = dict(self._trace.names)
        for op in ops:
            if id(op) in chosen:
                for path, file in op.names.items():
                    if file is None:
                        names.pop(path, None)
                    else:
                        names[path] = file
        return names

    def _is_durable(self, op: Names, order: str) -> bool:
        if order == "ordered":
            return any(begun > op.ended for syncs in self._folders.values() for begun, _ in syncs)
        return all(any(begun > op.ended for begun, _ in self._folders[_parent(path)]) for path in op.names)

    def _contents(self, kept: str, chance: random.Random) -> dict[int, bytes]:
        contents = {file: bytearray(data) for file, data in self._trace.contents.items()}
        changes = [op for op in self._done if isinstance(op, (Write, Resize))]
        durable = {id(op) for op in changes if self.synced(op, op.file)}
        pending = [op for op in changes if id(op) not in durable]
        for op in sorted([op for op in changes if id(op) in durable] + _parts(pending, kept, chance), key=_begun):
            _apply(op, contents[op.file])
        return {file: bytes(data) for file, data in contents.items()}


def _begun(op: Op) -> int:
    return op.begun


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _reachable(path: str, names: dict[str, int]) -> bool:
    return path == "" or (names.get(_parent(path)) == 0 and _reachable(_parent(path), names))


def _some(pending: Sequence[T], kept: str, order: str, chance: random.Random) -> Sequence[T]:
    """Those of the un-synced names that are there."""
    if kept in ("none", "all"):
        return pending if kept == "all" else []
    if order == "ordered" or kept == "torn":
        return pending[: chance.randint(0, len(pending))]
    if kept == "last":
        return pending[-1:]
    return [op for op in pending if chance.random() < 0.5]


def _parts(pending: list[Write | Resize], kept: str, chance: random.Random) -> list[Write | Resize]:
    """What of the un-synced changes is there."""
    if kept in ("none", "all") or not pending:
        return pending if kept == "all" else []
    if kept == "torn":
        whole = chance.randrange(len(pending))
        return [*pending[:whole], *_torn(pending[whole], chance)]
    sectors = _by_sector(pending)
    if kept == "last":
        return [part for key in list(_by_sector(pending[-1:])) for part in sectors[key]]
    return [part for parts in sectors.values() for part in parts[: chance.randint(0, len(parts))]]


def _by_sector(ops: list[Write | Resize]) -> dict[tuple[int, int], list[Write | Resize]]:
    """The changes of each sector of each file, in order; a change of size stands by itself."""
    sectors: dict[tuple[int, int], list[Write | Resize]] = defaultdict(list)
    for op in ops:
        if isinstance(op, Resize):
            sectors[op.file, -1].append(op)
            continue
        for part in _pieces(op):
            sectors[part.file, part.offset // SECTOR].append(part)
    return sectors


def _pieces(op: Write) -> list[Write]:
    ends = [*range((op.offset // SECTOR + 1) * SECTOR, op.offset + len(op.data), SECTOR), op.offset + len(op.data)]
    starts = [op.offset, *ends[:-1]]
    return [
        Write(begun=op.begun, ended=op.ended, file=op.file, offset=s, data=op.data[s - op.offset : e - op.offset])
        for s, e in zip(starts, ends, strict=True)
    ]


def _torn(op: Write | Resize, chance: random.Random) -> list[Write | Resize]:
    if isinstance(op, Resize):
        return []
    pieces = _pieces(op)
    return list(pieces[: chance.randrange(len(pieces))])


def _apply(op: Write | Resize, content: bytearray) -> None:
    if isinstance(op, Write):
        content.extend(bytes(max(0, op.offset + len(op.data) - len(content))))
        content[op.offset : op.offset + len(op.data)] = op.data
    elif op.size > len(content):
        content.extend(bytes(op.size - len(content)))
    elif not op.grow:
        del content[op.size :]
