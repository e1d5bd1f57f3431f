"""Opens the database, and moves aside one that is damaged: journal and archive give everything in it back."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.disk.files import move_aside, open_or_create
from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.storage.sqlite import soundness
from jarvis_ctx.storage.sqlite.store import SqliteStore


def open_database(path: Path, damage: list[str]) -> SqliteStore:
    """The database at `path`, a new one where it was damaged; `damage` gets a sentence that says so.

    Raises `NewerSchema`, `UnsafeFolder` and `StoreUnavailable`.
    """
    if reason := _known_to_be_bad(path):
        _set_aside(path, reason, damage)
    suspect = soundness.is_suspect(path)
    try:
        store = SqliteStore(path)
    except StoreDamaged as error:
        _set_aside(path, str(error), damage)
        return SqliteStore(path)
    if suspect and not soundness.is_sound(path):
        store.close()
        _set_aside(path, f"{path.name} does not fit the log beside it, as when a backup is put in its place.", damage)
        return SqliteStore(path)
    return store


def condemn(path: Path) -> None:
    """Let the next start move it aside: the run that finds the damage goes on in the journal, which needs none."""
    os.close(open_or_create(condemned(path)))


def condemned(path: Path) -> Path:
    """What stands beside a database that turned out to be damaged while it was in use."""
    return path.with_name(f"{path.name}.condemned")


def _known_to_be_bad(path: Path) -> str:
    if condemned(path).exists():
        return f"{path.name} turned out to be damaged while it was in use."
    if not path.exists() and _beside(path)[1].exists():
        return f"{path.name} was gone, and the log that lay beside it belongs to no other."
    return ""


def _beside(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _set_aside(path: Path, reason: str, damage: list[str]) -> None:
    for file in _beside(path):
        if file.exists():
            move_aside(file, "damaged")
    condemned(path).unlink(missing_ok=True)
    damage.append(f"{reason} It was moved aside and is rebuilt from journal and archive.")
