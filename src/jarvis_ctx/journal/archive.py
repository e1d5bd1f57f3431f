"""The archive: segments that nothing needs for recovery any more, compressed, for ever readable without a database.

`journal/archive/<orchestrator>.<writer>-<first>-<last>.seg.zst`: one zstd frame of a sealed segment.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from jarvis_ctx.codec import compress
from jarvis_ctx.disk.files import private_folder, read_whole, sync_folder, write_whole
from jarvis_ctx.errors import CorruptData, TooLarge
from jarvis_ctx.journal import frame, read
from jarvis_ctx.journal.sealed import Sealed
from jarvis_ctx.journal.segment import Opening, Seal

NAME = re.compile(r"^(?P<orchestrator>[^.]+)\.(?P<writer>[0-9a-f]{16})-(?P<first>\d+)-(?P<last>\d+)\.seg\.zst$")
LIMIT = 256 * 1024 * 1024
"""Bytes a segment may unpack to."""


class Archived(NamedTuple):
    """An archived segment, as its name tells it."""

    path: Path
    orchestrator: str
    writer: str
    first: int
    last: int


def listing(folder: Path) -> list[Archived]:
    """The archive's segments by writer and number; nothing is opened."""
    matches = [(entry, NAME.match(entry)) for entry in (sorted(os.listdir(folder)) if folder.is_dir() else [])]
    found = [
        Archived(folder / entry, m["orchestrator"], m["writer"], int(m["first"]), int(m["last"]))
        for entry, m in matches
        if m
    ]
    return sorted(found, key=lambda archived: (archived.writer, archived.first))


def read_archived(archived: Archived) -> read.SegmentData:
    """Unpack and verify. What was damaged before it was archived shows as holes. Raises `CorruptData`, `OSError`."""
    packed = read_whole(archived.path)
    try:
        data = compress.decompress(packed, LIMIT)
    except (CorruptData, TooLarge) as error:
        raise CorruptData(what=str(archived.path), reason=str(error)) from error
    segment = read.parse(data, read.SegmentData(path=archived.path, writer=archived.writer))
    if segment.seal is None or not _sealed(data, segment.seal):
        raise CorruptData(what=str(archived.path), reason="its seal does not match its contents")
    return segment


def _sealed(data: bytes, seal: Seal) -> bool:
    end = data.rfind(frame.SEAL) - frame.LENGTH.size
    return hashlib.sha256(data[:end]).hexdigest() == seal.digest


def move_in(segment: read.SegmentData, folder: Path) -> Path | None:
    """Archive a segment that will not be written any more; None when it was empty. The archive is durable first.

    One whose writer died is sealed, and so is a damaged one, as it is: what can be read of it stays readable.
    """
    if segment.opening is None or not segment.frames:
        segment.path.unlink()
        return None
    data = segment.path.read_bytes()
    if segment.seal is None or segment.holes:
        data = with_seal(data, segment)
    orchestrator, first, last = segment.opening.orchestrator, segment.frames[0].number, segment.last
    return _move(segment.path, data, folder / f"{orchestrator}.{segment.writer}-{first}-{last}.seg.zst")


def move_whole(segment: Sealed, folder: Path) -> Path:
    """Archive a segment as it was sealed. The archive is durable first."""
    opening = segment.opening
    name = f"{opening.orchestrator}.{opening.writer}-{opening.first}-{segment.seal.last}.seg.zst"
    return _move(segment.path, segment.data, folder / name)


def _move(path: Path, data: bytes, target: Path) -> Path:
    private_folder(target.parent)
    write_whole(target, compress.compress(data))
    path.unlink()
    sync_folder(path.parent)
    return target


def with_seal(data: bytes, segment: read.SegmentData) -> bytes:
    """The bytes up to the last event, and a seal on them."""
    final = segment.frames[-1]
    body = data[: final.offset + frame.size(len(final.payload))]
    seal = Seal(count=len(segment.frames), last=segment.last, digest=hashlib.sha256(body).hexdigest())
    payload = msgspec.json.encode(seal)
    return body + frame.packed(frame.SEAL, segment.last, payload, frame.digester(segment.writer)(segment.last, payload))


def replace(archived: Archived, opening: Opening, events: list[tuple[int, bytes]]) -> int:
    """Let an archived segment hold these events (number, payload) and no others, under its old name; its bytes now.

    With none it is removed. Killed in between, it is as it was.
    """
    if not events:
        archived.path.unlink()
        sync_folder(archived.path.parent)
        return 0
    data = compress.compress(sealed(opening, events))
    write_whole(archived.path, data)
    return len(data)


def sealed(opening: Opening, events: list[tuple[int, bytes]]) -> bytes:
    """A sealed segment of these events (number, payload), of which there is at least one."""
    digest, last = frame.digester(opening.writer), events[-1][0]
    first = msgspec.json.encode(opening)
    body = frame.packed(frame.OPENING, opening.first - 1, first, digest(opening.first - 1, first))
    body += b"".join(frame.packed(frame.EVENT, number, text, digest(number, text)) for number, text in events)
    seal = msgspec.json.encode(Seal(count=len(events), last=last, digest=hashlib.sha256(body).hexdigest()))
    return body + frame.packed(frame.SEAL, last, seal, digest(last, seal))
