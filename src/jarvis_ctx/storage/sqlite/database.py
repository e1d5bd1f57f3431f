"""The connections to one database file: one that writes, one that reads, each behind its lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.storage.sqlite import forks
from jarvis_ctx.storage.sqlite.connection import Parameters, Row, immediate, readable, rows_of, writable
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.faults import translated, unavailable
from jarvis_ctx.storage.sqlite.viewing import Viewer, identity


class Handles:
    """The connections of one process, and their locks."""

    def __init__(self) -> None:
        self.writing, self.reading = threading.Lock(), threading.Lock()
        self.writer: sqlite.Connection | None = None
        self.reader: sqlite.Connection | None = None
        self.viewer: Viewer | None = None


class Database:
    """A file and this process's connections to it, opened when they are first needed. All of it may be called from any
    thread; `StoreUnavailable` is the only error of its methods.
    """

    def __init__(self, path: Path, *, viewer: bool, busy: float) -> None:
        self.path, self.viewer, self.busy = path, viewer, busy
        self._handles = Handles()
        self._closed = False
        with translated(path):
            self._identity = identity(path)
        forks.watch(self)

    @contextmanager
    def transaction(self) -> Iterator[sqlite.Connection]:
        """The writing connection inside its own transaction, committed at the end or rolled back whole."""
        handles = self._handles
        with handles.writing, translated(self.path):
            connection = self._writer(handles)
            with immediate(connection):
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite.Connection]:
        """The writing connection outside any transaction, for what SQLite does only there."""
        handles = self._handles
        with handles.writing, translated(self.path):
            yield self._writer(handles)

    def read(self, statement: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of one statement: no read transaction outlives the call, so the log can always be checkpointed."""
        handles = self._handles
        with handles.reading, translated(self.path):
            rows = rows_of(self._reader(handles), statement, parameters)
            while handles.viewer is not None and not handles.viewer.current():
                # Somebody began to write under a viewer that believed itself alone.
                rows = rows_of(self._reader(handles), statement, parameters)
            return rows

    def sync(self) -> None:
        """Make every committed transaction survive power loss.

        A commit at FULL syncs the whole log file, so all earlier transactions in it become durable with it; those that
        have left the log were synced into the database by the checkpoint that moved them. Unlike a checkpoint it waits
        for no reader. The smallest commit there is rewrites a header field with its own value.
        """
        handles = self._handles
        with handles.writing, translated(self.path):
            connection = self._writer(handles)
            connection.execute("PRAGMA synchronous = FULL")
            try:
                with immediate(connection):
                    version = connection.execute("PRAGMA user_version").fetchone()[0]
                    connection.execute(f"PRAGMA user_version = {int(version)}")
            finally:
                connection.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        """Close this process's connections; calls from now on are refused."""
        handles = self._handles
        with handles.writing, handles.reading, translated(self.path):
            self._closed = True
            # The writer last: the last connection to close moves the log into the database and removes it.
            for opened in (handles.viewer, handles.reader, handles.writer):
                if opened is not None:
                    opened.close()
            handles.viewer = handles.reader = handles.writer = None

    def locks(self) -> list[threading.Lock]:
        """For `forks`: what is held while SQLite runs."""
        return [self._handles.writing, self._handles.reading]

    def inherited(self) -> list[object]:
        """For `forks`, in a child: begin with no connections; the parent's, for safe-keeping."""
        handles, self._handles = self._handles, Handles()
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
        if not self.viewer and identity(self.path) != self._identity:
            # Commits would still succeed, into a file without a name.
            raise unavailable(self.path, "it was deleted or replaced while it was open")
