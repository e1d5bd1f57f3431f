"""A copy of the database while it lives, through SQLite's own backup."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jarvis_ctx.disk.files import create
from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.storage.sqlite.connection import connect, readable
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.events import READ_WATERMARKS
from jarvis_ctx.storage.sqlite.faults import damaged, translated
from jarvis_ctx.storage.sqlite.soundness import is_sound
from jarvis_ctx.storage.sqlite.viewing import Viewer

PAGES = 256
"""Pages between two words of progress."""


class SqliteCopying:
    """The `Copying` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def copy(self, target: Path, progress: Progress) -> dict[str, int] | None:
        """Write a copy of this moment to the new file `target`, blocking no writer; verified, not yet synced.

        Raises `StoreDamaged` when the copy does not verify, which the original then does not either.
        """
        path = self._database.path
        self._database.read("SELECT 1")  # Closed, deleted or replaced: this says so.
        reached, current = self._copied(target, progress)
        while not current:  # Somebody began to write under a viewer that believed itself alone.
            target.unlink()
            reached, current = self._copied(target, progress)
        if not is_sound(target):
            raise damaged(path, "its pages do not fit together or lack events")
        return reached

    def _copied(self, target: Path, progress: Progress) -> tuple[dict[str, int], bool]:
        os.close(create(target))
        with translated(self._database.path), self._source() as (source, viewer):
            # One read transaction around all of it: what is committed meanwhile is not seen, and nothing begins anew.
            source.execute("BEGIN")
            reached = dict(source.execute(READ_WATERMARKS).fetchall())
            with closing(connect(target, "mode=rw", 0)) as copy:
                copy.execute("PRAGMA synchronous = OFF")
                source.backup(copy, pages=PAGES, progress=lambda _, left, of: progress(of - left, of), sleep=0)
            source.execute("ROLLBACK")
            return reached, viewer is None or viewer.current()

    @contextmanager
    def _source(self) -> Iterator[tuple[sqlite.Connection, Viewer | None]]:
        """A connection of its own, so that nobody waits behind it."""
        path, busy = self._database.path, self._database.busy
        if not self._database.viewer:
            with closing(readable(path, busy)) as connection:
                yield connection, None
        else:
            with closing(Viewer(path, busy)) as viewer:
                yield viewer.connection, viewer
