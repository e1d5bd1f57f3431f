"""`run-<name>.beat`: touched after the main thread has beaten, and no other; a supervisor makes it, and looks at it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from jarvis_ctx.disk.files import open_or_create


def path_of(folder: Path, name: str) -> Path:
    """Where the run of orchestrator `name` shows it."""
    return folder / f"run-{name}.beat"


def ask(folder: Path, name: str) -> int:
    """When the main thread has beaten last, as a time that only differs, in ns; from now on, somebody looks."""
    descriptor = open_or_create(path_of(folder, name))
    try:
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


class MainBeats:
    """The main thread's beats of one process; nothing is written where nobody looks."""

    def __init__(self, path: Path) -> None:
        self._path, self._pid, self._beaten = path, os.getpid(), False

    def note(self) -> None:
        """Called at each beat, in whichever thread."""
        if threading.current_thread() is threading.main_thread():
            self._beaten = True

    def tell(self) -> None:
        """Called every second or so, in the background."""
        if not self._beaten or os.getpid() != self._pid:
            return
        self._beaten = False
        try:
            os.utime(self._path)
        except OSError:
            pass  # Nobody looks, or the file system refuses: the journal tells of progress, too.
