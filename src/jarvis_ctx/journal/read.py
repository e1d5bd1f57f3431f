"""Segments and archives, read back: frames become events."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import read_whole
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.segment import NAME, Opening, Seal
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId

parts = decoding.decoder(tuple[int, int, str, str, str, msgspec.Raw])
"""Number, time, run, kind, subject and the unread body of a payload. Raises `msgspec.DecodeError`."""
_decode_payload = decoding.decoder(tuple[int, int, str, str, str, dict[str, Any]])
_decode_opening = decoding.decoder(Opening)
_decode_seal = decoding.decoder(Seal)
T = TypeVar("T")


class SegmentData(msgspec.Struct, kw_only=True):
    """What one segment holds: its frames, and what is wrong with it."""

    path: Path
    writer: str
    opening: Opening | None = None
    frames: list[frame.Frame] = []
    holes: list[frame.Hole] = []
    seal: Seal | None = None

    @property
    def last(self) -> int:
        """The last number that verified; 0 for none."""
        return self.frames[-1].number if self.frames else 0


def segment_paths(folder: Path) -> dict[str, list[Path]]:
    """Unarchived segments by writer, each writer's in order."""
    found: dict[str, list[Path]] = {}
    for entry in sorted(os.listdir(folder)) if folder.is_dir() else []:
        match = NAME.match(entry)
        if match is not None:
            found.setdefault(match["writer"], []).append(folder / entry)
    return found


def segment_files(folder: Path) -> list[Path]:
    """The unarchived segments of all writers, each writer's in order."""
    return [path for paths in segment_paths(folder).values() for path in paths]


def read_segment(path: Path) -> SegmentData:
    """Read a segment file, whole or being written. Raises `Unreadable`, else `OSError`."""
    return sort(frames(path), SegmentData(path=path, writer=path.name[:16]))


def frames(path: Path, start: int = 0) -> list[frame.Frame | frame.Hole]:
    """The frames of a segment from an offset on. Raises `Unreadable`, else `OSError`."""
    return settled(lambda: read_whole(path), path.name[:16], start)[1]


def settled(take: Callable[[], bytes], writer: str, start: int = 0) -> tuple[bytes, list[frame.Frame | frame.Hole]]:
    """The bytes of a segment that `take` reads, and the frames in them. Raises what `take` raises.

    A read beside its writer is not of one moment: it may miss a frame and find the next, so a hole is looked at again.
    What lies before a frame that was found was whole by then.
    """
    hole: frame.Hole | None = None
    while True:
        data = take()
        found = list(frame.scan(data, writer, start))
        before, hole = hole, next((each for each in found if isinstance(each, frame.Hole)), None)
        if hole is None or (before is not None and hole.offset == before.offset):
            return data, found


def reach(frames: list[frame.Frame], reached: int, whole: int) -> int:
    """How far these frames go on from the number `reached` before: up to the first gap beyond `whole`.

    `whole` is what the writer's mark said before its segments were read: all up to there could be seen. Of what it
    appends meanwhile a reader may miss some and find later ones, which it comes to the next time.
    """
    for each in frames:
        if each.number > max(whole, reached + 1):
            break
        reached = max(reached, each.number)
    return reached


def parse(data: bytes, into: SegmentData) -> SegmentData:
    """Sort the frames of `data` into what they are."""
    return sort(frame.scan(data, into.writer), into)


def sort(frames: Iterable[frame.Frame | frame.Hole], into: SegmentData) -> SegmentData:
    """Put frames where they belong in `into`."""
    for found in frames:
        if isinstance(found, frame.Hole):
            into.holes.append(found)
        elif found.magic == frame.EVENT:
            into.frames.append(found)
        elif found.magic == frame.OPENING:
            into.opening = _said(found, _decode_opening, into)
        else:
            into.seal = _said(found, _decode_seal, into)
    return into


def _said(found: frame.Frame, decode: Callable[[bytes], T], into: SegmentData) -> T | None:
    """What a segment says of itself; in a form this version does not know it is a hole."""
    try:
        return decode(found.payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        into.holes.append(frame.Hole(found.offset, frame.size(len(found.payload))))
        return None


def event(writer: str, payload: bytes, values: Values | None = None) -> Event:
    """The event of a payload. `values` opens a sealed body and fetches one that lies in a side file.

    Raises `CorruptData`, and for a body whose key is not there `EncryptionKeyMissing` or `WrongEncryptionKey`.
    """
    try:
        number, time, run, kind, subject, body = _decode_payload(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptData(what=f"an event of writer {writer}", reason=str(error)) from error
    if values is not None and values.concern(body):
        body = values.body(writer, payload, body)
    return Event(WriterId(writer), number, time, RunId(run), kind, subject, body)


def is_cut(cut: Cut, writer: str, number: int, payload: bytes) -> bool:
    """Whether an event was cleaned up; damage counts as an event of its number. Costs nothing beyond the cut."""
    if number > cut.position.get(writer, 0):
        return False
    try:
        found = event(writer, payload)
    except CorruptData:
        return True
    return cut.takes(writer, number, found.time, found.kind)


def events(segment: SegmentData, after: int, values: Values) -> Iterator[Event]:
    """The events of a segment whose numbers are greater than `after`."""
    for found in segment.frames:
        if found.number > after:
            yield event(segment.writer, found.payload, values)
