"""How the files of checkpoints are laid out: a signed line with data behind it, or one JSON object."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import read_whole
from jarvis_ctx.errors import CorruptData, OtherVersion, Unreadable
from jarvis_ctx.model.checkpoint import CheckpointHeader

FORMAT, CHANGES_FORMAT = "jarvis-ctx checkpoint 1", "jarvis-ctx changes 1"
LIMIT = 1024 * 1024 * 1024
"""Bytes a checkpoint may unpack to."""

T = TypeVar("T", "Line", "Twin")
Look: TypeAlias = tuple[int, int, int]
"""How a file looks from outside: inode, bytes, time of its last change."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a signed checkpoint file."""

    format: str
    header: CheckpointHeader
    key: str
    mac: str


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as plain JSON."""

    format: str
    header: CheckpointHeader
    state: msgspec.Raw


def read(path: Path) -> bytes:
    """A file's bytes. Raises `CorruptData`; `Unreadable`, which is one, where it may be whole."""
    try:
        if path.stat().st_size > LIMIT:
            raise CorruptData(what=str(path), reason=f"it is larger than {LIMIT} bytes")
        return read_whole(path)
    except Unreadable:
        raise
    except OSError as error:
        raise CorruptData(what=str(path), reason=error.strerror or str(error)) from error


def parse(text: bytes, cls: type[T], path: Path, form: str = FORMAT) -> T:
    """What is laid out so. Raises `CorruptData`, and `OtherVersion` for another format than `form`."""
    try:
        parsed = decoding.decode(text, cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptData(what=str(path), reason=str(error)) from error
    if parsed.format != form:
        raise OtherVersion(what=str(path), reason=f"its format is {parsed.format!r}, this is {form!r}")
    return parsed


def look_of(path: Path) -> Look:
    """As long as it is the same, so is what was read; zeros for a file that is gone, of which its reader tells."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return status.st_ino, status.st_size, status.st_mtime_ns
