"""The supply of segments: the next one is made ready before it is needed, and is the reserve when the disk is full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.disk.files import sync_folder
from jarvis_ctx.disk.held import hold
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.segment import Opening, Segment, path_of

CHILD_SEGMENT = 65_536
"""Bytes of a forked child's segments."""


class SegmentSupply:
    """Makes a writer's segments in order. `prepare` runs in the background, `take` in a caller's append."""

    def __init__(self, folder: Path, writer: str, size: int, *, mapped: bool) -> None:
        self.folder, self.writer, self.size, self._mapped = folder, writer, size, mapped
        self._lock = threading.RLock()  # A finaliser may append, and need a segment, while the next one is made.
        self._ready: Segment | None = None
        self._made = 0

    def prepare(self) -> None:
        """Make the next segment unless it is there. Raises `OSError`."""
        with self._lock:
            if self._ready is None:
                self._ready = self._make()

    def take(self) -> Segment:
        """The next segment, made on the spot when none is ready. Raises `OSError`."""
        with self._lock:
            segment, self._ready = self._ready, None
            return segment if segment is not None else self._make()

    def begin(self, opening: Opening) -> Segment:
        """The next segment with its first frame, held for as long as it is written. Raises `JournalUnavailable`."""
        return self._held(lambda segment: segment.open(opening))

    def copy(self, other: Segment) -> Segment:
        """A segment with all of `other`, which cannot be synced; it and all later ones are not mapped.

        Raises `JournalUnavailable`.
        """
        self.distrust()
        return self._held(lambda segment: segment.copy(other))

    def _held(self, begin: Callable[[Segment], None]) -> Segment:
        try:
            segment = self.take()
            try:
                hold(segment.descriptor)
                begin(segment)
            except BaseException:
                # Nobody will write to it, and its first frame would tell readers otherwise; the error itself goes on.
                segment.discard()
                raise
        except OSError as error:
            raise JournalUnavailable(path=str(self.folder), reason=error.strerror or str(error)) from error
        return segment

    def distrust(self) -> None:
        """Map no segment made from now on: on a disk that fails, a write says so where a mapping ends the process."""
        self._mapped = False

    def is_ready(self, path: Path) -> bool:
        """Whether `path` is the segment made ready."""
        ready = self._ready
        return ready is not None and ready.path == path

    def _make(self) -> Segment:
        path = path_of(self.folder, self.writer, self._made + 1)
        try:
            segment = Segment(path, self.writer, self.size, mapped=self._mapped)
        finally:
            # A try that leaves no file takes no name: on a full disk there may be more tries than there are names.
            self._made += path.exists()
        try:
            sync_folder(self.folder)
        except OSError:
            segment.discard()
            raise
        return segment

    def close(self) -> None:
        """Remove what was prepared and not needed."""
        with self._lock:
            if self._ready is not None:
                self._ready.discard()
                self._ready = None
