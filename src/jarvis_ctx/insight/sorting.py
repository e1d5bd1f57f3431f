"""Events in order, more than fit in memory: sorted in parts, which wait packed in a file that has no name."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import compress
from jarvis_ctx.journal.ports import StoredEvent

PART = 8 * 1024 * 1024
"""Bytes of payload that are sorted in memory."""
BLOCK = 200
"""Rows of each part that are in memory while the parts are put together."""
LARGEST = 1 << 31
"""Bytes that a block may unpack to."""

_Row = tuple[int, str, int, int, str, str]
"""Time, writer, number, how many came before, digest, payload: in this order."""
_decode = decoding.unpacker(list[_Row])


class Sorting:
    """Takes events in any order and gives each once, by its stamp; of several copies the one that came first.

    Memory: about four times `part`, and a block for each part there is. What does not fit lies, as it is stored, in a
    temporary file that nobody else can open and that is gone with this process.
    """

    def __init__(self, part: int = PART) -> None:
        self._part, self._count, self._bytes = part, 0, 0
        self._rows: list[_Row] = []
        self._file: IO[bytes] | None = None
        self._parts: list[list[tuple[int, int]]] = []
        """For each part its blocks: offset and length in the file."""

    def __enter__(self) -> Sorting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, time: int, event: StoredEvent) -> None:
        """Take an event; `time` in µs."""
        self._rows.append((time, event.writer, event.number, self._count, event.digest, event.payload))
        self._count += 1
        self._bytes += len(event.payload)
        if self._bytes >= self._part:
            self._put_down()

    def sorted(self) -> Iterator[StoredEvent]:
        """All that were taken, in order."""
        self._rows.sort()
        before: tuple[int, str, int] | None = None
        for row in heapq.merge(self._rows, *map(self._read, self._parts)):
            if row[:3] != before:
                before = row[:3]
                yield StoredEvent(row[1], row[2], row[4], row[5])

    def _put_down(self) -> None:
        self._rows.sort()
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # Closed at the end of the block.
        blocks = []
        for start in range(0, len(self._rows), BLOCK):
            packed = compress.compress(msgspec.msgpack.encode(self._rows[start : start + BLOCK]))
            blocks.append((self._file.tell(), len(packed)))
            self._file.write(packed)
        self._parts.append(blocks)
        self._rows, self._bytes = [], 0

    def _read(self, blocks: list[tuple[int, int]]) -> Iterator[_Row]:
        assert self._file is not None  # It has the parts.
        for offset, length in blocks:
            self._file.seek(offset)
            yield from _decode(compress.decompress(self._file.read(length), LARGEST))
