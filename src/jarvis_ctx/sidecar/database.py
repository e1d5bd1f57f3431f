"""Opens the database, and moves aside one that is damaged: journal and archive give everything in it back."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.disk.files import move_aside, write_whole
from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.storage.sqlite import soundness
from jarvis_ctx.storage.sqlite.store import SqliteStore

IN_USE = "{} turned out to be damaged while it was in use."


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
    if reason := _found_to_be_bad(path, suspect=suspect):
        store.close()
        _set_aside(path, reason, damage)
        return SqliteStore(path)
    return store


def condemn(path: Path, said: str) -> None:
    """Note in a sentence what is the matter with a database in use: a start that finds the note moves it aside."""
    write_whole(condemned(path), said.encode())


def condemned(path: Path) -> Path:
    """What stands beside a database that turned out to be damaged while it was in use."""
    return path.with_name(f"{path.name}.condemned")


def verdict(path: Path) -> str:
    """What the note says, or nothing without one."""
    try:
        return condemned(path).read_text(errors="replace") or IN_USE.format(path.name)
    except FileNotFoundError:
        return ""


def remove_half_made(path: Path) -> None:
    """Remove what a rebuild that was killed has left of the new database at `path`."""
    for file in beside(path):
        file.unlink(missing_ok=True)


def _known_to_be_bad(path: Path) -> str:
    if condemned(path).exists():
        return IN_USE.format(path.name)
    if not path.exists() and beside(path)[1].exists():
        return f"{path.name} was gone, and the log that lay beside it belongs to no other."
    return ""


def _found_to_be_bad(path: Path, *, suspect: bool) -> str:
    if suspect:
        misfit = f"{path.name} does not fit the log beside it, as when a backup is put in its place."
        return "" if soundness.is_sound(path) else misfit
    if soundness.is_misplaced(path):
        return f"{path.name} had a writer under an orchestrator that is not its own."
    return ""


def beside(path: Path) -> tuple[Path, Path, Path]:
    """A database file, its log and its index."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _set_aside(path: Path, reason: str, damage: list[str]) -> None:
    for file in beside(path):
        if file.exists():
            move_aside(file, "damaged")
    condemned(path).unlink(missing_ok=True)
    damage.append(f"{reason} It was moved aside and is rebuilt from journal and archive.")
