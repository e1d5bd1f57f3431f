"""A database appears under its name whole, with its schema, or not at all; an existing one is looked at before use."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from jarvis_ctx.disk.files import FILE_MODE, create, sync_folder, take_name
from jarvis_ctx.errors import UnsafeFolder
from jarvis_ctx.storage.sqlite import migrations
from jarvis_ctx.storage.sqlite.connection import connect, writable
from jarvis_ctx.storage.sqlite.viewing import Viewer

# Nobody would roll back a file that has no name yet, so it needs no journal beside it.
NEW = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;"


def ensure(path: Path, busy: float) -> None:
    """Make the database, or check and migrate the one that is there.

    Raises `NewerSchema`, `UnsafeFolder`, `StoreUnavailable` (as `schema_of`), the driver's errors and `OSError`.
    """
    if not os.path.lexists(path):
        make(path, busy)
    check_owner(path)
    if look(path, busy) < migrations.SCHEMA:
        connection = writable(path, busy)
        try:
            migrations.migrate(connection)
        finally:
            connection.close()


def make(path: Path, busy: float) -> None:
    """Make an empty database of the present schema, mode 0600; whoever comes first wins."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    os.close(create(temporary))
    try:
        connection = connect(temporary, "mode=rw", busy)
        try:
            connection.executescript(NEW)
            migrations.migrate(connection)
        finally:
            connection.close()
        take_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def look(path: Path, busy: float) -> int:
    """The schema of an existing database, without changing a byte of one that is newer."""
    viewer = Viewer(path, busy)
    try:
        return migrations.schema_of(viewer.connection.execute(migrations.IDENTITY).fetchone(), path)
    finally:
        viewer.close()


def check_owner(path: Path) -> None:
    """Refuse a database, or a log beside it, that is a link or someone else's; make one of ours private."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        try:
            found = os.lstat(file)
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(found.st_mode):
            raise UnsafeFolder(path=str(file), problem="is not a file", remedy="move it away")
        if found.st_uid != os.geteuid():
            problem = f"belongs to user {found.st_uid}, not to {os.geteuid()}"
            raise UnsafeFolder(path=str(file), problem=problem, remedy="run as its owner or move it away")
        if found.st_mode & 0o077:
            os.chmod(file, FILE_MODE)
