"""A database that is damaged, gone or replaced while it is in use gives its place to one that was made anew."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.disk.files import move_aside, sync_folder, take_name
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.events import SqliteEvents
from jarvis_ctx.storage.sqlite.soundness import examine


class SqliteHealing:
    """The one power of this engine that a store without a file has no need of."""

    def __init__(self, database: Database, events: SqliteEvents) -> None:
        self._database, self._events = database, events
        self._size = os.stat(database.path).st_size

    def ailment(self) -> str:
        """What is known to be the matter with the file; nothing while all is well. Reads none of it."""
        return self._database.ailment

    def shrunk(self) -> bool:
        """Whether the file is smaller than at the last look: somebody truncated it, or a cleanup gave room back."""
        try:
            before, self._size = self._size, os.stat(self._database.path).st_size
        except FileNotFoundError:
            return False  # Gone: the ailment says so.
        return self._size < before

    def examine(self) -> None:
        """Read all of the file, about 0.3 s for 100,000 events; what is wrong is an ailment from then on.

        Raises `StoreUnavailable` when somebody locks it for 5 s.
        """
        examine(self._database)

    def exchange(self, new: Path) -> list[str]:
        """Give `new`, a database that nobody has open, this one's place; the names of what was moved aside for it.

        Killed in between there is no database, and a start makes one. Raises `StoreUnavailable`.
        """
        path, aside = self._database.path, list[str]()

        def put_aside() -> None:
            files = [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]
            aside.extend(move_aside(file, "damaged").name for file in files if os.path.lexists(file))

        def bring() -> None:
            take_name(new, path)  # Unless somebody who starts in this moment made one: the drain fills either.
            new.unlink(missing_ok=True)
            sync_folder(path.parent)

        self._database.exchange(put_aside, bring)
        self._events.forget()
        self._size = os.stat(path).st_size
        return aside
