"""A frame: one event as it stands in a segment, `[length][magic][number][digest][payload]`, padded to 8 bytes.

All integers are little-endian. `length` is the payload's, four bytes, written last, so a frame is there or it is not.
`digest` is BLAKE2b-128 over the writer's id, the number (eight bytes) and the payload.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

HEADER = struct.Struct("<I4sQ16s")
LENGTH = struct.Struct("<I")
NUMBER = struct.Struct("<Q")
REST = struct.Struct("<4sQ16s")
BEFORE = HEADER.size
"""Bytes of a frame before its payload."""

OPENING = b"JOPN"
EVENT = b"JEVT"
SEAL = b"JEND"
MAGICS = frozenset({OPENING, EVENT, SEAL})
INITIAL = b"J"


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A frame that verified."""

    magic: bytes
    number: int
    digest: bytes
    payload: bytes
    offset: int


class Hole(NamedTuple):
    """Bytes that are no frame though frames follow them: damage, not a torn tail."""

    offset: int
    length: int


def size(payload: int) -> int:
    """Bytes a frame takes whose payload has `payload` bytes."""
    return (BEFORE + payload + 7) & ~7


def digest_of(writer: str) -> hashlib.blake2b:
    """The digest of each frame of `writer`, begun with its id; to be copied."""
    return hashlib.blake2b(writer.encode(), digest_size=16)


def digester(writer: str) -> Callable[[int, bytes], bytes]:
    """A function that digests a number and payload of `writer`."""
    start, pack = digest_of(writer), NUMBER.pack

    def digest(number: int, payload: bytes) -> bytes:
        state = start.copy()
        state.update(pack(number) + payload)
        return state.digest()

    return digest


def packed(magic: bytes, number: int, payload: bytes, digest: bytes) -> bytes:
    """A frame's bytes, padded."""
    return (HEADER.pack(len(payload), magic, number, digest) + payload).ljust(size(len(payload)), b"\0")


def at(data: bytes | memoryview, offset: int, writer: str) -> Frame | None:
    """The frame at `offset`, if it verifies."""
    return _frame_at(data, offset, digester(writer))


def follow(data: bytes | memoryview, writer: str, base: int) -> Iterator[Frame]:
    """The frames at the beginning of `data`, up to the first that does not verify; `data` begins at offset `base`."""
    digest, offset = digester(writer), 0
    while (frame := _frame_at(data, offset, digest, base)) is not None:
        yield frame
        offset += size(len(frame.payload))


def scan(data: bytes | memoryview, writer: str, start: int = 0) -> Iterator[Frame | Hole]:
    """The frames in `data` from `start` on, in order, up to the last that verifies.

    What does not verify is passed over when a later frame does, and given as a `Hole`; otherwise it is the torn tail
    of a write that nobody was told had succeeded.
    """
    digest = digester(writer)
    offset = start
    while offset < len(data):
        frame = _frame_at(data, offset, digest)
        if frame is None:
            frame = _next_frame(data, offset + 8, digest)
            if frame is None:
                return
            yield Hole(offset, frame.offset - offset)
        yield frame
        offset = frame.offset + size(len(frame.payload))


def _next_frame(data: bytes | memoryview, start: int, digest: Callable[[int, bytes], bytes]) -> Frame | None:
    """The first frame at or after `start` that verifies; one letter is searched for: empty space costs little."""
    text = bytes(data)
    at = text.find(INITIAL, start + LENGTH.size)
    while at >= 0:
        frame = _frame_at(text, at - LENGTH.size, digest)
        if frame is not None:
            return frame
        at = text.find(INITIAL, at + 1)
    return None


def _frame_at(
    data: bytes | memoryview, offset: int, digest: Callable[[int, bytes], bytes], base: int = 0
) -> Frame | None:
    start, whole = offset + BEFORE, len(data)
    if start > whole:
        return None
    length, magic, number, expected = HEADER.unpack_from(data, offset)
    if length == 0 or magic not in MAGICS or start + length > whole:
        return None
    payload = bytes(data[start : start + length])
    return Frame(magic, number, expected, payload, base + offset) if digest(number, payload) == expected else None
