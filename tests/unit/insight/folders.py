"""What a folder holds, to the byte, so that nobody can have written to it unseen."""

from __future__ import annotations

from pathlib import Path

Listing = dict[str, tuple[int, int, bytes]]


def listing(folder: Path) -> Listing:
    """Every path below `folder` with mode, time of change and bytes.

    Of SQLite's `-shm` the mode alone: it is scratch memory that whoever reads the database shares.
    """
    return {str(path.relative_to(folder)): _entry(path) for path in sorted(folder.rglob("*"))}


def _entry(path: Path) -> tuple[int, int, bytes]:
    found = path.lstat()
    if path.name.endswith("-shm"):
        return found.st_mode, 0, b""
    return found.st_mode, found.st_mtime_ns, path.read_bytes() if path.is_file() else b""
