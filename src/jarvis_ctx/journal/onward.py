"""What a writer has appended since, from where somebody stopped: no more of its segment is read than that."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.disk.files import read_part
from jarvis_ctx.journal import frame

STEP, GROWTH = 16_384, 8
"""Bytes that are read first, and how many times as many when they were not enough."""


def frames(path: Path, start: int, last: int) -> list[frame.Frame] | None:
    """The frames of a segment from offset `start` up to its event `last`, where they follow one another whole.

    None where they do not reach it: then the segment is to be read to its end, for what it has behind damage or in the
    next one. Raises `Unreadable`, else `OSError`.
    """
    length = STEP
    while True:
        data = read_part(path, start, length)
        found = list(frame.follow(data, path.name[:16], start))
        if any(each.magic == frame.EVENT and each.number >= last for each in found):
            return found
        if len(data) < length:
            return None
        length *= GROWTH
