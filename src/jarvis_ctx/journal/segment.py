"""A segment: a preallocated file of frames that one writer appends to.

`journal/<writer>-<n>.seg`. The first frame (`JOPN`) is a JSON object: format, schema, writer, orchestrator, run, epoch
and `first`, the number of the first event. A sealed segment ends in a `JEND` frame {count, last, digest}, where digest
is the SHA-256 of all bytes before it, and is truncated to its size.
"""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import re
from pathlib import Path

import msgspec

from jarvis_ctx.disk.files import allocate, create, sync_data, sync_folder
from jarvis_ctx.journal import frame
from jarvis_ctx.model.event import SCHEMA
from jarvis_ctx.model.ids import RunId, WriterId

_number, _rest, _length_into, _BEFORE = frame.NUMBER.pack, frame.REST.pack, frame.LENGTH.pack_into, frame.BEFORE

FORMAT = 1
SUFFIX = ".seg"
NAME = re.compile(r"^(?P<writer>[0-9a-f]{16})-(?P<n>\d{6})\.seg$")

FOR_SEAL = 512
FOR_END = 512
"""Bytes that every segment keeps free for the two frames a writer may end with."""

_POPULATE_WRITE = 23
"""madvise(2) MADV_POPULATE_WRITE, Linux 5.14: map and dirty all pages now rather than one by one in callers' time."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment says of itself in its first frame."""

    format: int
    schema: int
    writer: str
    orchestrator: str
    run: str
    epoch: int
    first: int


def opening_of(orchestrator: str, writer: WriterId, run: RunId, epoch: int) -> Opening:
    """What a new writer's segments say of themselves."""
    return Opening(
        format=FORMAT, schema=SCHEMA, writer=writer, orchestrator=orchestrator, run=run, epoch=epoch, first=1
    )


def new_writer(epoch: int) -> WriterId:
    """A writer's id: its epoch and chance, 16 hex digits, so that ids sort by epoch."""
    return WriterId(f"{epoch & 0xFFFFFFFF:08x}{os.urandom(4).hex()}")


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What a sealed segment says in its last frame."""

    count: int
    last: int
    digest: str


def path_of(folder: Path, writer: str, n: int) -> Path:
    """Where the `n`-th segment of `writer` lies."""
    return folder / f"{writer}-{n:06d}{SUFFIX}"


class Segment:
    """A segment being written. `append` is called under the writer's lock, `sync` and `seal` under `Sync`'s."""

    def __init__(self, path: Path, writer: str, size: int, *, mapped: bool) -> None:
        self.path, self.writer, self.size = path, writer, size
        self.place = path
        """The name that its events belong under: of a copy, the first one's."""
        self.first = 1
        self.sync_failed = self.nameless = False
        self.at = (0, 0)
        """Bytes written and the last number: one attribute, so that an interrupt finds both moved or neither."""
        self._digest = frame.digest_of(writer)
        self.room = ((size - FOR_END - FOR_SEAL) & ~7) - frame.BEFORE
        """What the bytes written and the next payload must not exceed together; nothing fits into a nameless file."""
        self.descriptor = create(path)
        try:
            allocate(self.descriptor, size)
            os.fsync(self.descriptor)
            self._map = _map(self.descriptor, size) if mapped else None
        except BaseException:
            # No half-made segment stays behind; whatever stopped us goes on to the caller.
            os.close(self.descriptor)
            path.unlink()
            raise

    def open(self, opening: Opening) -> None:
        """Write the first frame."""
        self.first = opening.first
        self.append(opening.first - 1, msgspec.json.encode(opening), frame.OPENING)

    def fits(self, payload: int) -> bool:
        """Whether a payload of that many bytes still leaves room for the run's end and the seal."""
        return self.at[0] + payload <= self.room

    def fits_at_the_end(self, payload: int) -> bool:
        """Whether the run's end, of that many bytes, fits: it needs no new segment, which may not be to be had."""
        return self.at[0] + frame.size(payload) + FOR_SEAL <= self.size and not self.nameless

    def append(self, number: int, payload: bytes, magic: bytes = frame.EVENT) -> None:
        """Write one frame, an event's unless `magic` says otherwise; it is there once its length is."""
        # `frame.digester`, `packed` and `size` in place: a call each would be a tenth of the whole.
        digest = self._digest.copy()
        digest.update(_number(number) + payload)
        rest = _rest(magic, number, digest.digest()) + payload
        offset, length = self.at[0], len(payload)
        after = (offset + ((_BEFORE + length + 7) & ~7), number)
        try:
            if self._map is None:
                self._write(frame.LENGTH.pack(length) + rest, offset)
            else:
                self._map[offset + 4 : offset + _BEFORE + length] = rest
                _length_into(self._map, offset, length)
        except BaseException:
            # An interrupt: others may have read a frame that is whole, so that its number is taken. It goes on.
            if self.read(offset, offset + _BEFORE + length) == frame.LENGTH.pack(length) + rest:
                self.at = after
            raise
        self.at = after

    def _write(self, data: bytes, offset: int) -> None:
        """By a system call, which has failed when it wrote less than all."""
        written = os.pwrite(self.descriptor, data, offset)
        if written < len(data):
            raise OSError(errno.ENOSPC, f"only {written} of {len(data)} bytes were written", str(self.path))

    def read(self, start: int, end: int) -> bytes:
        """The bytes written between two offsets."""
        return self._map[start:end] if self._map is not None else os.pread(self.descriptor, end - start, start)

    def sync(self) -> None:
        """Make all that was appended durable. Raises `OSError`, and after one failure always.

        The kernel takes a page that it could not write for clean, so asking again would succeed and mean nothing.
        """
        if self.sync_failed:
            raise OSError(errno.EIO, "an earlier sync failed", str(self.path))
        try:
            sync_data(self.descriptor)
        except OSError:
            self.sync_failed = True
            raise

    def is_nameless(self) -> bool:
        """Whether somebody has deleted the file: it lives on for us, and nobody would find it after our death.

        Nothing more is written to it from then on.
        """
        if os.fstat(self.descriptor).st_nlink == 0:
            self.nameless, self.room = True, -1
        return self.nameless

    def copy(self, other: Segment) -> None:
        """Take over all frames of `other`, which is as large; this one must be new."""
        self.place, self.first, (length, last) = other.place, other.first, other.at
        self._write(other.read(0, length), 0)
        self.at = (length, last)

    def rename(self, path: Path) -> None:
        """Go by the name `path`, which is taken from the file that has it. Raises `OSError`."""
        if path != self.path:
            os.rename(self.path, path)
            self.path = path
            sync_folder(path.parent)

    def seal(self) -> None:
        """Write the seal, cut the file to its size, make both durable, and let go of it. Raises `OSError`."""
        try:
            self._seal()
        finally:
            self.close()

    def _seal(self) -> None:
        offset, last = self.at
        digest = hashlib.sha256(self.read(0, offset)).hexdigest()
        seal = Seal(count=last - self.first + 1, last=last, digest=digest)
        self.append(last, msgspec.json.encode(seal), frame.SEAL)
        if self._map is not None:
            self._map.close()
            self._map = None
        os.ftruncate(self.descriptor, self.at[0])
        os.fsync(self.descriptor)

    def discard(self) -> None:
        """Remove a segment that was never opened."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; what was appended stays."""
        if self._map is not None:
            self._map.close()
            self._map = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _map(descriptor: int, size: int) -> mmap.mmap:
    mapping = mmap.mmap(descriptor, size)
    try:
        mapping.madvise(_POPULATE_WRITE)
    except (OSError, ValueError, AttributeError):
        pass  # An older kernel or another system: the pages are then mapped one by one.
    return mapping
