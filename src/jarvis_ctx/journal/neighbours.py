"""The other writers of this run (its workers): their segments are synced for them, and their deaths are noticed."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.clock import Clock
from jarvis_ctx.disk.files import inode, sync_data
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ended import which_ended
from jarvis_ctx.journal.marks import Marks, WriterMark
from jarvis_ctx.journal.writer import Writer

LOOK_EVERY = 1.0
"""Seconds between two looks for writers that have ended: a look asks the system for a lock of each."""


class Neighbours:
    """What the run's own process does for the processes that take part in its run, which have no background."""

    def __init__(self, folder: Path, marks: Marks, writer: Writer, clock: Clock) -> None:
        self._folder, self._marks, self._writer, self._clock = folder, marks, writer, clock
        self._next_look = 0.0
        self._whole: set[tuple[Path, int]] = set()
        """Segments that were synced after their writer had gone on to a later one."""
        self._refused: set[tuple[Path, int]] = set()
        """Segments of which the kernel has dropped something that it could not write; a copy is another file."""
        self.on_ended: Callable[[set[str]], object] | None = None
        """Told, in the drain's thread, which writers' processes are gone, once all they said is folded."""

    def sync(self) -> None:
        """Make what they have appended survive power loss, whether they live or not. Raises `OSError`.

        A segment that a disk has refused once counts as not synced for good, though the drain moves its events on: the
        writer's own process, which could write it anew, is not there to be told.
        """
        behind = [mark for mark in self._beside() if mark.synced < mark.appended]
        if not behind or self._writer.overtaken:
            return
        paths, failed = read.segment_paths(self._folder), None
        for mark in behind:
            try:
                self._sync(paths.get(mark.writer, []))
            except OSError as error:
                failed = error
            else:
                self._marks.note_synced(mark.writer, mark.appended, self._clock.wall())
        self._marks.sync()
        if failed is not None:
            raise failed

    def _sync(self, paths: list[Path]) -> None:
        files = [(path, inode(path)) for path in paths]
        for path, which in files:
            if (path, which) in self._refused:
                raise OSError(errno.EIO, "an earlier sync failed", str(path))
            if (path, which) not in self._whole:
                try:
                    _sync_file(path)
                except OSError:
                    self._refused.add((path, which))
                    raise
        self._whole.update(files[:-1])

    def look(self, listen: Callable[[], object], drained: Callable[[], dict[str, int]]) -> None:
        """Now and then, tell of the writers that have ended, and give back their marks: workers', commands'.

        `listen` folds what was said. `drained` tells {writer: number} what the store has. A writer of which something
        is not synced, not drained, or not folded here keeps its marks, so that it is still heard and what is lost of
        it is noticed.
        """
        if time.monotonic() < self._next_look or self._writer.overtaken:
            return
        self._next_look = time.monotonic() + LOOK_EVERY
        ended = which_ended(self._folder, [mark.writer for mark in self._beside()])
        if ended:
            listen()  # Their last words; nothing comes after them.
            if self.on_ended is not None:
                self.on_ended(ended)
            self.sync()
            self._free(ended, drained())

    def _free(self, ended: set[str], drained: dict[str, int]) -> None:
        position = self._writer.state.position
        for mark in self._beside():  # Read anew: from here on the ended ones' numbers stand.
            known = min(drained.get(mark.writer, 0), position.get(mark.writer, 0), mark.synced)
            if mark.writer in ended and 0 < mark.appended <= known:
                self._marks.free(mark.writer)

    def _beside(self) -> list[WriterMark]:
        """The marks of the other writers of this run."""
        own = self._writer
        marks = [m for m in self._marks.writers() if m.orchestrator == own.orchestrator and m.epoch == own.epoch]
        return [mark for mark in marks if mark.writer != own.writer]


def _sync_file(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:  # Archived in this moment, and durable there.
        return
    try:
        sync_data(descriptor)
    finally:
        os.close(descriptor)
