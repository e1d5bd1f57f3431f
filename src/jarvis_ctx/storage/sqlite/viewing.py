"""How a viewer reads a database, live or dead, without creating or writing anything in its folder."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.storage.sqlite.connection import connect

Traces = tuple[tuple[int, int], bool, bool]


class Viewer:
    """A connection that only reads, with the folder as it was when it was opened."""

    def __init__(self, path: Path, busy: float) -> None:
        self.path = path
        self._copy: Path | None = None
        self._traces = traces(path)
        _, log, index = self._traces
        if not log:
            # Who has the database open has a log: nobody does, and all of it is in the one file.
            self.connection = connect(path, "mode=ro&immutable=1", busy)
        elif index:
            # The index is scratch memory that all who read share. To map it read-only would spare it, but a writer that
            # began in this process meanwhile would inherit the read-only mapping and fail.
            self.connection = connect(path, "mode=ro", busy)
        else:
            # A log without an index, as in a copied folder: SQLite would have to make one, so it makes it elsewhere.
            # Without an index nobody has the database open, so reading the files takes nobody's locks away.
            self._copy = _copied(path)
            self.connection = connect(self._copy / path.name, "mode=rw", busy)

    def current(self) -> bool:
        """False once somebody else has opened, closed or replaced the database in a way this connection cannot see."""
        return traces(self.path) == self._traces

    def close(self) -> None:
        """Close the connection and leave nothing behind."""
        self.connection.close()
        if self._copy is not None:
            import shutil

            shutil.rmtree(self._copy)


def traces(path: Path) -> Traces:
    """Which file this is, and whether a log and its index lie beside it."""
    beside = [path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-shm")]
    return identity(path), beside[0], beside[1]


def identity(path: Path) -> tuple[int, int]:
    """Which file stands under this name now: device and inode."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _copied(path: Path) -> Path:
    # Imported here: hardly any viewer needs them.
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="jarvis-view-"))
    for name in (path.name, path.name + "-wal"):
        shutil.copyfile(path.with_name(name), folder / name)
    return folder
