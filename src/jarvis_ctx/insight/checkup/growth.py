"""How fast a store grows, and for how many days there is room."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.journal.values import FOLDER as VALUES

DAY = 86_400
YOUNG = 3_600
"""Seconds a store must be old before its growth says anything."""


def size(folder: Path) -> int:
    """Bytes of all files of a store, as the disk counts them."""
    return sum(found.st_blocks * 512 for _, found in _files(folder))


def per_day(folder: Path, now: float) -> float | None:
    """Bytes by which the store grows in a day; None while it is too young to tell. `now` in seconds since 1970.

    The journal keeps what it was given in files that are written once, so what their last day adds to all of them, the
    whole store adds to itself.
    """
    written = [(found.st_mtime, found.st_blocks * 512) for path, found in _files(folder) if _is_journal(path, folder)]
    began = _began(folder)
    if began is None or now - began < YOUNG or not written:
        return None
    days = min(1.0, (now - began) / DAY)
    recent = sum(count for moment, count in written if moment > now - DAY)
    total = sum(count for _, count in written)
    return size(folder) * recent / total / days if total else None


def _is_journal(path: Path, folder: Path) -> bool:
    journal = folder / "journal"
    return path.parent in (journal, journal / "archive", journal / VALUES) and not path.name.startswith("marks")


def _began(folder: Path) -> float | None:
    """When the store was made: its key is written at the first start and never again."""
    try:
        return (folder / "secret.key").stat().st_mtime
    except OSError:
        return None


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue  # A live run has just put it away.
            if stat.S_ISREG(found.st_mode):
                yield path, found
