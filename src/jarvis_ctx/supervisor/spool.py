"""What a command writes goes into a file, and from there to where it would have gone: it never waits for us, or for
whoever reads, and goes on writing when we are killed."""

from __future__ import annotations

import ctypes
import os
import select
import sys
from collections import deque
from collections.abc import Callable
from copy import copy
from pathlib import Path

from jarvis_ctx.disk.files import create
from jarvis_ctx.liveness.own_words import OwnWords

PIECE = 4096
"""Bytes that a pipe takes without making us wait, once it says that it is ready."""
LINES, COLUMNS = 50, 500
"""The last lines that are kept, and how much of each."""
FREED = 1_048_576
"""Bytes behind us after which their room on the disk is given back."""
PUNCH_HOLE, KEEP_SIZE = 2, 1


class Spool:
    """One of a command's output streams. `copy` gets all that is passed on, for a log."""

    def __init__(self, path: Path, passes_to: int, copy: Callable[[bytes], object] | None = None) -> None:
        self._path, self._passes_to, self._copy = path, passes_to, copy
        self._reader, self._offset, self._freed = -1, 0, 0
        self._tail: deque[str] = deque(maxlen=LINES)
        self._broken, self._words = b"", OwnWords()

    def begin(self) -> int:
        """A new file for a new command; its descriptor, to be handed down and closed."""
        self.close()
        self._path.unlink(missing_ok=True)
        writer = create(self._path, os.O_WRONLY | os.O_APPEND)
        self._open()
        return writer

    def resume(self) -> None:
        """Go on behind what the command has written so far, whose last lines are known then."""
        if self._path.exists():
            self._open()
            size = os.fstat(self._reader).st_size
            self._offset = self._freed = max(0, size - LINES * COLUMNS)
            self._note(os.pread(self._reader, size - self._offset, self._offset))
            self._offset = size

    def _open(self) -> None:
        self._reader = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._offset = self._freed = 0
        self._tail.clear()
        self._broken, self._words = b"", OwnWords()

    def forward(self) -> None:
        """Pass on what was written, as far as its reader takes it now."""
        while self._reader >= 0 and _takes(self._passes_to):
            data = os.pread(self._reader, PIECE, self._offset)
            if not data:
                break
            self._offset += self._pass_on(data)
        if self._offset - self._freed >= FREED:
            self._free()

    def _pass_on(self, data: bytes) -> int:
        try:
            passed = os.write(self._passes_to, data)
        except OSError:
            passed = len(data)  # Nobody reads any more; the last lines, and the log, are kept all the same.
        self._note(data[:passed])
        if self._copy is not None:
            self._copy(data[:passed])
        return passed

    def _note(self, data: bytes) -> None:
        lines = (self._broken + data).split(b"\n")
        self._broken = lines.pop()[-COLUMNS * 4 :]
        said = (line.decode("utf-8", "replace").rstrip("\r")[:COLUMNS] for line in lines)
        self._tail.extend(kept for line in said for kept in self._words.kept(line))

    def _free(self) -> None:
        """Give back the room of what was passed on; where the file system cannot, the file grows until the restart."""
        if sys.platform == "linux":
            start, length = ctypes.c_int64(self._freed), ctypes.c_int64(self._offset - self._freed)
            ctypes.CDLL(None).fallocate(self._reader, PUNCH_HOLE | KEEP_SIZE, start, length)
        self._freed = self._offset

    def last_lines(self) -> list[str]:
        """The last lines that the command wrote, a last one without an end, too; not those that we logged in it."""
        rest, words = self._broken.decode("utf-8", "replace")[:COLUMNS], copy(self._words)
        return [*self._tail, *(words.kept(rest) if rest else []), *words.held][-LINES:]

    def close(self) -> None:
        """Let go of the file."""
        if self._reader >= 0:
            os.close(self._reader)
            self._reader = -1

    def remove(self) -> None:
        """Nothing writes any more: the file goes, unless it is another's and was never opened."""
        if self._reader >= 0:
            self._path.unlink(missing_ok=True)
        self.close()


def _takes(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))
