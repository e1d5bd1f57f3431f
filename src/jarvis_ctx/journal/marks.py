"""The marks: one small shared page that says who may write and how far each writer has come.

Layout of `journal/marks`, little-endian: a header of 128 bytes (8 bytes `JCTXMRK1`), then slots of 128 bytes:
kind (0 free, 1 orchestrator, 2 writer), epoch, appended, synced, drained, wall time of the last sync, first cell of the
writer's orchestrator, how often a writer of this orchestrator's run was refused a slot, and 64 bytes of UTF-8 name
padded with NUL. An orchestrator has in place of synced how many of its writers' slots were given back. Every number is
one aligned cell of eight bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jarvis_ctx.disk.brieflock import BriefLock
from jarvis_ctx.disk.files import allocate, open_or_create, sync_data
from jarvis_ctx.errors import CorruptData, JournalUnavailable
from jarvis_ctx.journal.cells import Cells, MappedCells, WrittenCells, picture
from jarvis_ctx.journal.ended import has_ended

MAGIC = b"JCTXMRK1"
SLOTS = 511
SLOT_BYTES = 128
SIZE = SLOT_BYTES * (SLOTS + 1)
FREE, ORCHESTRATOR, WRITER = 0, 1, 2
KIND, EPOCH, APPENDED, SYNCED, DRAINED, SYNC_TIME, OWNER, REFUSED = range(8)
GIVEN_BACK = SYNCED  # In an orchestrator's slot, which nobody syncs: how many of its writers' slots were given back.
NAME_BYTES = 64
EPOCHS = 1 << 32
"""As many as a writer's id can tell apart: one beyond them is damage."""


class WriterMark(NamedTuple):
    """How far a writer has come; 0 = nothing yet."""

    writer: str
    epoch: int
    appended: int
    synced: int
    drained: int
    sync_time: int
    orchestrator: str


class Marks:
    """The open marks of one store. Raises `CorruptData` for a page that is not ours; the caller moves it aside."""

    def __init__(self, path: Path, *, mapped: bool, viewer: bool = False) -> None:
        """A `viewer` writes nothing and needs the page to be there (`FileNotFoundError`)."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC) if viewer else open_or_create(path)
        self._mapped: MappedCells | None = None
        try:
            if not viewer:
                self._prepare()
            self._check()
            if mapped and not viewer and sys.byteorder == "little":
                self._mapped = MappedCells(self._descriptor, SIZE)
        except BaseException:
            # Nothing keeps a half-open page; whatever stopped us goes on to the caller.
            os.close(self._descriptor)
            raise
        self.cells: Cells = self._mapped.view() if self._mapped else WrittenCells(self._descriptor, path)

    def _prepare(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size == 0:
            allocate(self._descriptor, SIZE)
        if size in (0, SIZE) and os.pread(self._descriptor, SLOT_BYTES, 0) == bytes(SLOT_BYTES):
            os.pwrite(self._descriptor, MAGIC, 0)

    def _check(self) -> None:
        if os.pread(self._descriptor, len(MAGIC), 0) != MAGIC or os.fstat(self._descriptor).st_size != SIZE:
            raise CorruptData(what=str(self.path), reason="it does not start as marks do")

    def slot(self, kind: int, name: str) -> int:
        """The first cell of the slot of `name`, taking a free one when there is none yet."""
        with BriefLock(self.path.with_name("marks.lock")):
            found = self._find(kind, name)
            return found if found is not None else self._take(kind, name)

    def _take(self, kind: int, name: str) -> int:
        free = self._find(FREE, None)
        if free is None:
            free = self._given_back(self._of_ended_writer())
        if free is None:
            raise JournalUnavailable(path=str(self.path), reason=f"all {SLOTS} marks are taken by living writers")
        self.cells[free + KIND] = FREE
        for cell in range(EPOCH, REFUSED + 1):
            self.cells[free + cell] = 0
        os.pwrite(self._descriptor, name.encode().ljust(NAME_BYTES, b"\0"), free * 8 + SLOT_BYTES - NAME_BYTES)
        self.cells[free + KIND] = kind
        return free

    def _of_ended_writer(self) -> int | None:
        """A slot that a full page gives up: of a writer that is gone, drained if there is one, the oldest first.

        What it wrote stays in its segments, which say themselves what they hold.
        """
        for mark in sorted(self.writers(), key=lambda mark: (mark.drained < mark.appended, mark.epoch)):
            if has_ended(self.path.parent, mark.writer):
                return self._find(WRITER, mark.writer)
        return None

    def writer_slot(self, writer: str, orchestrator: str, epoch: int) -> int:
        """The first cell of a new writer's slot. Raises `JournalUnavailable` for lack of one, and counts that."""
        try:
            first = self.slot(WRITER, writer)
        except JournalUnavailable:
            if (known := self._find(ORCHESTRATOR, orchestrator)) is not None:
                self.cells[known + REFUSED] += 1
            raise
        self.cells[first + EPOCH] = epoch
        self.cells[first + OWNER] = self.slot(ORCHESTRATOR, orchestrator)
        return first

    def free(self, writer: str) -> None:
        """Give back the slot of a writer whose numbers the store knows for good."""
        with BriefLock(self.path.with_name("marks.lock")):
            found = self._given_back(self._find(WRITER, writer))
            if found is not None:
                self.cells[found + KIND] = FREE

    def _given_back(self, first: int | None) -> int | None:
        """Count it before the slot is free, so that whoever misses the writer there looks for it elsewhere."""
        if first is not None and (owner := self._owner(first)) is not None:
            self.cells[owner + GIVEN_BACK] += 1
        return first

    def _owner(self, first: int) -> int | None:
        """The slot of a writer's orchestrator; None where what it names is no slot, as a page that was hit may."""
        owner = self.cells[first + OWNER]
        return owner if owner in range(SLOT_BYTES // 8, SIZE // 8, SLOT_BYTES // 8) else None

    def note_drained(self, writer: str, number: int) -> None:
        """The store has `writer`'s events up to `number`; one whose slot was given back meanwhile needs no note."""
        self._note(writer, {DRAINED: number})

    def note_synced(self, writer: str, number: int, time: int) -> None:
        """`writer`'s events up to `number` survive power loss since `time` (µs)."""
        self._note(writer, {SYNCED: number, SYNC_TIME: time})

    def _note(self, writer: str, cells: dict[int, int]) -> None:
        with BriefLock(self.path.with_name("marks.lock")):
            found = self._find(WRITER, writer)
            if found is not None:
                for cell, value in cells.items():
                    self.cells[found + cell] = value

    def _find(self, kind: int, name: str | None) -> int | None:
        for first in range(SLOT_BYTES // 8, SIZE // 8, SLOT_BYTES // 8):
            if self.cells[first + KIND] == kind and (name is None or self._name(first) == name):
                return first
        return None

    def _name(self, first: int) -> str:
        try:
            raw = os.pread(self._descriptor, NAME_BYTES, first * 8 + SLOT_BYTES - NAME_BYTES)
        except OSError as error:
            raise JournalUnavailable(path=str(self.path), reason=error.strerror or str(error)) from error
        return raw.rstrip(b"\0").decode(errors="replace")

    def epoch(self, orchestrator: str) -> int:
        """The epoch that may write for `orchestrator`; 0 when the marks know none, or name one that cannot be."""
        found = self._find(ORCHESTRATOR, orchestrator)
        epoch = self.cells[found + EPOCH] if found is not None else 0
        return epoch if epoch < EPOCHS - 1 else 0

    def refused(self, orchestrator: str) -> int:
        """How often a writer was refused a slot in the orchestrator's latest run; of two at one time, maybe once."""
        found = self._find(ORCHESTRATOR, orchestrator)
        return self.cells[found + REFUSED] if found is not None else 0

    def writers(self) -> Iterator[WriterMark]:
        """All writers that have a slot."""
        for first in range(SLOT_BYTES // 8, SIZE // 8, SLOT_BYTES // 8):
            if self.cells[first + KIND] == WRITER:
                yield self._mark(first)

    def taken(self) -> int:
        """How many of the `SLOTS` are taken, by orchestrators and writers."""
        return sum(self.cells[first] != FREE for first in range(SLOT_BYTES // 8, SIZE // 8, SLOT_BYTES // 8))

    def _mark(self, first: int) -> WriterMark:
        cells, owner = self.cells, self._owner(first)
        return WriterMark(
            writer=self._name(first),
            epoch=cells[first + EPOCH],
            appended=cells[first + APPENDED],
            synced=cells[first + SYNCED],
            drained=cells[first + DRAINED],
            sync_time=cells[first + SYNC_TIME],
            orchestrator=self._name(owner) if owner is not None else "",
        )

    def look(self) -> bytes:
        """For a viewer that looks often: all that is asked afterwards is answered by the page as it is now.

        Two pages that are equal say the same.
        """
        page = os.pread(self._descriptor, SIZE, 0).ljust(SIZE, b"\0")
        self.cells = picture(page)
        return page

    def owners(self) -> dict[str, str]:
        """Each writer's orchestrator."""
        return {mark.writer: mark.orchestrator for mark in self.writers()}

    def sync(self) -> None:
        """Make the page durable."""
        sync_data(self._descriptor)

    def close(self) -> None:
        if self._mapped is not None:
            self._mapped.close()
        os.close(self._descriptor)


def viewed(path: Path) -> Marks:
    """The marks for whoever only reads them, and closes them. Raises as `Marks`, and `FileNotFoundError` for none."""
    return Marks(path, mapped=False, viewer=True)


def claim_epoch(marks: Marks, orchestrator: str, epoch: int) -> None:
    """From here on, whatever writes with an older epoch is refused before it is acknowledged."""
    slot = marks.slot(ORCHESTRATOR, orchestrator)
    marks.cells[slot + EPOCH] = epoch
    marks.cells[slot + REFUSED] = 0
    marks.sync()
