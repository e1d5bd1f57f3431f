"""Whether a writer's process lives or is gone: it holds the segment it writes, and its death lets go of it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from jarvis_ctx.disk.files import inode
from jarvis_ctx.disk.held import is_held
from jarvis_ctx.journal import read

_BEGINNING = 8192
"""Bytes within which a segment's first frame lies."""


def which_ended(folder: Path, writers: Collection[str]) -> set[str]:
    """Those of `writers` that have begun a segment and of which nobody holds a segment any more."""
    if not writers:
        return set()
    before = _files(folder, writers)
    gone = {writer for writer, files in before.items() if _all_let_go(list(files))}
    # A writer holds its next segment, or a copy, before it lets go of one: where all are the same, none was missed.
    after = _files(folder, gone) if gone else {}
    return {writer for writer in gone if after.get(writer) == before[writer]}


def _files(folder: Path, writers: Collection[str]) -> dict[str, dict[Path, int]]:
    """The segments of each writer, and which file each is: a copy takes over the name of what it replaces."""
    found = read.segment_paths(folder)
    return {writer: {path: inode(path) for path in found[writer]} for writer in writers if writer in found}


def has_ended(folder: Path, writer: str) -> bool:
    """Whether `writer` has begun a segment and nobody holds one of its segments any more."""
    return bool(which_ended(folder, [writer]))


def _all_let_go(paths: list[Path]) -> bool:
    begun = False
    for path in reversed(paths):  # A living one holds its latest, so that one look at it is enough.
        found = _is_let_go_and_begun(path)
        if found is None:
            return False
        begun |= found
    return begun


def at_work(folder: Path) -> set[str]:
    """The writers of which a segment is held: their processes live, or a forked child of theirs does."""
    found = read.segment_paths(folder).items()
    return {writer for writer, paths in found if any(_is_held(path) for path in paths)}


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # Archived or given up in this moment.
    try:
        return is_held(descriptor)
    finally:
        os.close(descriptor)


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
