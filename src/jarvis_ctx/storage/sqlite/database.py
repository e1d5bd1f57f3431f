"""The connections to one database file: one that writes, one that reads, each behind its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.journal.refusing import RefusingLock
from jarvis_ctx.storage.sqlite import forks
from jarvis_ctx.storage.sqlite.connection import Parameters, Row, immediate, readable, rows_of, writable
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.faults import translated, unavailable
from jarvis_ctx.storage.sqlite.forks import Lock
from jarvis_ctx.storage.sqlite.viewing import Viewer, identity

ELSEWHERE = "it was deleted or replaced while it was open"


class Handles:
    """The connections of one process, and their locks."""

    def __init__(self, path: Path) -> None:
        self.writing, self.reading = RefusingLock(str(path)), RefusingLock(str(path))
        self.writer: sqlite.Connection | None = None
        self.reader: sqlite.Connection | None = None
        self.viewer: Viewer | None = None


class Database:
    """A file and this process's connections to it, opened when they are first needed. All of it may be called from any
    thread; `StoreUnavailable` is the only error of its methods.
    """

    def __init__(self, path: Path, *, viewer: bool, busy: float) -> None:
        self.path, self.viewer, self.busy = path, viewer, busy
        self._handles = Handles(path)
        self._closed = False
        self._damage = ""
        with translated(path):
            self._identity: tuple[int, int] | None = identity(path)
        forks.watch(self)

    @contextmanager
    def transaction(self) -> Iterator[sqlite.Connection]:
        """The writing connection inside its own transaction, committed at the end or rolled back whole."""
        handles = self._handles
        with handles.writing.held(), self._translated():
            connection = self._writer(handles)
            with immediate(connection):
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite.Connection]:
        """The writing connection outside any transaction, for what SQLite does only there."""
        handles = self._handles
        with handles.writing.held(), self._translated():
            yield self._writer(handles)

    def read(self, statement: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of one statement: no read transaction outlives the call, so the log can always be checkpointed."""
        handles = self._handles
        with handles.reading.held(), self._translated():
            rows = rows_of(self._reader(handles), statement, parameters)
            while handles.viewer is not None and not handles.viewer.current():
                # Somebody began to write under a viewer that believed itself alone.
                rows = rows_of(self._reader(handles), statement, parameters)
            return rows

    @contextmanager
    def apart(self) -> Iterator[tuple[sqlite.Connection, Viewer | None]]:
        """A connection of its own that reads, for what takes long: nobody waits behind it. With the viewer that it is,
        if it is one, whose answers count only as long as that is current.
        """
        if not self.viewer:
            with closing(readable(self.path, self.busy)) as connection:
                yield connection, None
        else:
            with closing(Viewer(self.path, self.busy)) as viewer:
                yield viewer.connection, viewer

    def sync(self) -> None:
        """Make every committed transaction survive power loss.

        A commit at FULL syncs the whole log file, so all earlier transactions in it become durable with it; those that
        have left the log were synced into the database by the checkpoint that moved them. Unlike a checkpoint it waits
        for no reader. The smallest commit there is rewrites a header field with its own value.
        """
        handles = self._handles
        with handles.writing.held(), self._translated():
            connection = self._writer(handles)
            connection.execute("PRAGMA synchronous = FULL")
            try:
                with immediate(connection):
                    version = connection.execute("PRAGMA user_version").fetchone()[0]
                    connection.execute(f"PRAGMA user_version = {int(version)}")
            finally:
                connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with translated(self.path):
                yield
        except StoreDamaged as error:
            self._damage = str(error.facts["reason"])
            raise

    @property
    def ailment(self) -> str:
        """What is the matter with the file, as far as it has shown in use: it is damaged, or not the one we opened."""
        return self._damage or ("" if self._closed or self._is_ours() else ELSEWHERE)

    def condemn(self, reason: str) -> None:
        """Note what is the matter with the file, as a look at all of it has shown."""
        self._damage = reason

    def exchange(self, put_aside: Callable[[], None], bring: Callable[[], None]) -> None:
        """Let another file take this one's place, with nobody of this process in either; nobody else may have it open.

        `put_aside` takes the name from what stands there, its log with it: the last connection of the old file to close
        would remove a log of that name. Then `bring` gives it to the new file.
        """
        handles = self._handles
        with handles.writing.held(), handles.reading.held(), translated(self.path):
            if self._closed:
                raise unavailable(self.path, "it is closed")
            put_aside()
            with suppress(sqlite.Error):  # The old file, which nobody will read from here on.
                self._let_go(handles)
            bring()
            self._identity, self._damage = identity(self.path), ""

    def close(self) -> None:
        """Close this process's connections; calls from now on are refused."""
        handles = self._handles
        with handles.writing.held(), handles.reading.held(), translated(self.path):
            self._closed = True
            self._let_go(handles)

    @staticmethod
    def _let_go(handles: Handles) -> None:
        opened = (handles.viewer, handles.reader, handles.writer)
        handles.viewer = handles.reader = handles.writer = None
        # The writer last: the last connection to close moves the log into the database and removes it.
        for connection in opened:
            if connection is not None:
                connection.close()

    def locks(self) -> list[Lock]:
        """For `forks`: what is held while SQLite runs."""
        return [self._handles.writing.lock, self._handles.reading.lock]

    def inherited(self) -> list[object]:
        """For `forks`, in a child: begin with no connections; the parent's, for safe-keeping."""
        handles, self._handles, self._identity = self._handles, Handles(self.path), None
        viewing = handles.viewer.connection if handles.viewer else None
        return [connection for connection in (handles.writer, handles.reader, viewing) if connection is not None]

    def _writer(self, handles: Handles) -> sqlite.Connection:
        self._check()
        if self.viewer:
            raise unavailable(self.path, "it is open for viewing only")
        if handles.writer is None:
            handles.writer = writable(self.path, self.busy)
        return handles.writer

    def _reader(self, handles: Handles) -> sqlite.Connection:
        self._check()
        if self.viewer:
            return self._view(handles)
        if handles.reader is None:
            handles.reader = readable(self.path, self.busy)
        return handles.reader

    def _view(self, handles: Handles) -> sqlite.Connection:
        if handles.viewer is not None and not handles.viewer.current():
            handles.viewer.close()
            handles.viewer = None
        if handles.viewer is None:
            handles.viewer = Viewer(self.path, self.busy)
        return handles.viewer.connection

    def _check(self) -> None:
        if self._closed:
            raise unavailable(self.path, "it is closed")
        if not self._is_ours():
            # Commits would still succeed, into a file without a name.
            raise unavailable(self.path, ELSEWHERE)

    def _is_ours(self) -> bool:
        """Whether the file that was opened still stands under its name; a forked child takes the one it finds first."""
        if self.viewer:
            return True
        try:
            found = identity(self.path)
        except FileNotFoundError:
            return False
        self._identity = self._identity or found
        return found == self._identity
