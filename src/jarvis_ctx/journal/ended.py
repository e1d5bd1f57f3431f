"""Whether a writer's process is gone: it holds the segment it writes, and its death lets go of it."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.disk.held import is_held
from jarvis_ctx.journal import read

_BEGINNING = 8192
"""Bytes within which a segment's first frame lies."""


def has_ended(folder: Path, writer: str) -> bool:
    """Whether `writer` has begun a segment and nobody holds one of its segments any more."""
    before = read.segment_paths(folder).get(writer, [])
    begun = [_is_let_go_and_begun(path) for path in before]
    if None in begun or True not in begun:
        return False
    # A writer holds its next segment before it lets go of one, so a list that has not changed missed none.
    return read.segment_paths(folder).get(writer, []) == before


def _is_let_go_and_begun(path: Path) -> bool | None:
    """Whether the segment has its first frame; None when somebody holds it, or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if is_held(descriptor):
            return None
        data = os.pread(descriptor, _BEGINNING, 0)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return read.parse(data, read.SegmentData(path=path, writer=path.name[:16])).opening is not None
