"""Files that nothing needs any more: old reports, what was moved aside, emergency files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.errors import CorruptData, NotOurs, WrongEncryptionKey
from jarvis_ctx.journal.values import FOLDER as VALUES

ASIDE = re.compile(r"\.(damaged|replaced)-\d+$")


def reports(folder: Path, orchestrator: str, horizon: int) -> list[Path]:
    """Recovery reports older than `horizon` (µs), but for the latest."""
    return [p for p in sorted(folder.glob(f"recovery_report_{orchestrator}.*.json"))[:-1] if _older(p, horizon)]


def moved_aside(folder: Path, horizon: int) -> list[Path]:
    """Files, damaged or replaced, that were moved aside before `horizon` (µs), of whichever orchestrator.

    A file's new name changes its status (`st_ctime`), not its contents (`st_mtime`), which may be years old by then.
    """
    places = (folder, folder / "journal", folder / "journal" / "archive", folder / "journal" / VALUES)
    found = [p for place in (*places, folder / "checkpoints") if place.is_dir() for p in sorted(place.iterdir())]
    return [path for path in found if ASIDE.search(path.name) and _was_there(path, horizon)]


def emergencies(files: CheckpointFiles, horizon: int) -> list[Path]:
    """Emergency files older than `horizon` (µs), once a checkpoint file that verifies is newer."""
    signed = files.signed()
    try:
        newest = files.verified(signed[0]).taken if signed else 0
    except (CorruptData, NotOurs, WrongEncryptionKey):
        newest = 0
    found = [(path, files.header(path)) for path in files.emergencies()]
    return [path for path, header in found if header is not None and header.taken < min(horizon, newest)]


def room(paths: Iterable[Path]) -> int:
    """The bytes of those that are there."""
    return sum(known.st_size for path in paths if (known := _known(path)) is not None)


def _older(path: Path, horizon: int) -> bool:
    known = _known(path)
    return known is not None and known.st_mtime * MICROSECONDS < horizon


def _was_there(path: Path, horizon: int) -> bool:
    """Whether it has had its name and its contents since before `horizon` (µs)."""
    known = _known(path)
    return known is not None and max(known.st_mtime, known.st_ctime) * MICROSECONDS < horizon


def _known(path: Path) -> os.stat_result | None:
    """What is known of a file; None when it has gone since it was listed, as another cleanup is at work."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
