"""What can happen to a store's files while nobody runs."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.read import read_segment
from jarvis_ctx.sidecar.opening import DATABASE


def database(store: Path) -> Path:
    return store / DATABASE


def delete_database(store: Path) -> None:
    """The file alone: its log stays."""
    database(store).unlink()


def delete_database_and_log(store: Path) -> None:
    delete_database(store)
    delete_log(store)


def empty_database(store: Path) -> None:
    database(store).write_bytes(b"")


def overwrite_database(store: Path) -> None:
    database(store).write_bytes(b"no database at all " * 1000)


def truncate_database(store: Path) -> None:
    with database(store).open("r+b") as file:
        file.truncate(database(store).stat().st_size // 2)


def delete_log(store: Path) -> None:
    for suffix in ("-wal", "-shm"):
        database(store).with_name(DATABASE + suffix).unlink(missing_ok=True)


def delete_checkpoints(store: Path) -> None:
    """All of them outside the database."""
    for path in (store / "checkpoints").iterdir():
        path.unlink()


def delete_marks(store: Path) -> None:
    (store / "journal" / "marks").unlink()


def keep_database(store: Path, copy: Path) -> None:
    """A backup, as made while nobody runs."""
    shutil.copyfile(database(store), copy)


def put_back_database(store: Path, copy: Path) -> None:
    """The backup in the place of the newer database."""
    shutil.copyfile(copy, database(store))


def signed_checkpoints(store: Path) -> list[Path]:
    """Newest first."""
    return sorted((store / "checkpoints").glob("recovery_*.pkl"), reverse=True)


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)


def flip_last_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def change_a_letter(store: Path) -> None:
    """In a payload, in the middle of a segment: it is still a whole JSON text."""
    for segment in (store / "journal").glob("*.seg"):
        data = bytearray(segment.read_bytes())
        at = data.find(b'"payload":{"text":"', data.find(b"\0\0\0\0" * 64) // 2)
        data[at + 30] = ord("x")
        segment.write_bytes(data)


def unwrite_a_page(store: Path) -> None:
    """In the middle of a segment, as when the disk had written only the pages around it by the time the power went."""
    (segment,) = (path for path in (store / "journal").glob("*.seg") if any(path.read_bytes()))
    data = segment.read_bytes()
    with segment.open("r+b") as file:
        file.seek(len(data.rstrip(b"\0")) // 2 // 4096 * 4096)
        file.write(bytes(4096))


def unwrite_the_first_event(store: Path) -> None:
    """Of the one segment that has any."""
    ((path, first),) = (
        (path, segment.frames[0])
        for path in (store / "journal").glob("*.seg")
        if (segment := read_segment(path)).frames
    )
    with path.open("r+b") as file:
        file.seek(first.offset)
        file.write(bytes(frame.BEFORE))


def spoil_events(store: Path) -> None:
    """The page at the root of the table of events, which opening the database does not look at."""
    connection = sqlite3.connect(database(store))
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with database(store).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
