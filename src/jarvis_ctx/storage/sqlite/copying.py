"""A copy of the database while it lives, through SQLite's own backup."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from jarvis_ctx.disk.files import create
from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.storage.sqlite.connection import connect
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.events import READ_WATERMARKS
from jarvis_ctx.storage.sqlite.faults import damaged, translated
from jarvis_ctx.storage.sqlite.soundness import fault

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
        if reason := fault(target):
            raise damaged(path, reason)
        return reached

    def _copied(self, target: Path, progress: Progress) -> tuple[dict[str, int], bool]:
        os.close(create(target))
        with translated(self._database.path), self._database.apart() as (source, viewer):
            # One read transaction around all of it: what is committed meanwhile is not seen, and nothing begins anew.
            source.execute("BEGIN")
            reached = dict(source.execute(READ_WATERMARKS).fetchall())
            with closing(connect(target, "mode=rw", 0)) as copy:
                copy.execute("PRAGMA synchronous = OFF")
                source.backup(copy, pages=PAGES, progress=lambda _, left, of: progress(of - left, of), sleep=0)
            source.execute("ROLLBACK")
            return reached, viewer is None or viewer.current()
