"""Breaks of what holds against power losses and damage, made in a child before it opens its store."""

from __future__ import annotations

import itertools
import os
import pickle
import stat
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from jarvis_ctx.codec import pickled
from jarvis_ctx.codec.tagging import Tagging
from jarvis_ctx.errors import UnstorableValue
from jarvis_ctx.journal import frame, read
from jarvis_ctx.journal.background import Work
from jarvis_ctx.journal.gather import Gathered, _Search
from jarvis_ctx.journal.marks import SYNCED, WriterMark
from jarvis_ctx.journal.others import OthersDrain
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.sync import Sync
from jarvis_ctx.model.event import BRANCHED_KINDS
from jarvis_ctx.recovery import account, bases, plan
from jarvis_ctx.sidecar import JarvisContextManager, database
from jarvis_ctx.sidecar.opening import DATABASE
from tests.unit.codec.malicious import CANARY


def data_not_synced() -> None:
    """No segment is synced."""
    os.fdatasync = lambda fd: None


def folder_not_synced() -> None:
    """No folder is synced, so that a new name in it may go."""
    sync = os.fsync

    def fsync(fd: Any) -> None:
        if not stat.S_ISDIR(os.stat(fd).st_mode):
            sync(fd)

    os.fsync = fsync


def power_loss_not_told() -> None:
    """A report says nothing of what a power loss may take."""
    account._possibly_lost = lambda *given: ""


def files_alone() -> None:
    """The database does not fill what the files lack."""
    _Search.store = lambda self, store: None  # type: ignore[method-assign]  # a break


def numbers_not_told() -> None:
    """A report leaves out the numbers that are lost, and says what a power loss may take as ever."""
    told = plan.account  # type: ignore[attr-defined]  # it imports it
    plan.account = lambda *given: replace(told(*given), events_lost={})  # type: ignore[attr-defined]  # a break


def earlier_sync_waited_for() -> None:
    """With `durability="power"` a call waits for the sync of the one before it."""
    up_to = Sync.up_to
    Sync.up_to = lambda self, number: up_to(self, number - 1)  # type: ignore[method-assign]  # a break


def marked_before_the_sync() -> None:
    """The marks say of what was appended that it is synced, and then it is."""
    sync = Sync._sync

    def early(self: Sync) -> None:
        self._marks.cells[self._slot + SYNCED] = self._writer.number
        sync(self)

    Sync._sync = early  # type: ignore[method-assign]  # a break


def segment_synced_half() -> None:
    """A sync covers what was there at the sync before it: each other one does nothing, and says it has."""
    sync, times = Segment.sync, itertools.count()
    Segment.sync = lambda self: sync(self) if next(times) % 2 else None  # type: ignore[method-assign]  # a break


def synced_once_a_minute() -> None:
    """The background syncs once, and then once a minute."""
    Work.pause_after = lambda self, spent: 60.0  # type: ignore[method-assign]  # a break


def damage_thrown_away() -> None:
    """A damaged database is deleted, not moved aside."""

    def set_aside(path: Any, reason: str, damage: list[str]) -> None:
        for file in database.beside(path):
            file.unlink(missing_ok=True)

    database._set_aside = set_aside


def older_not_tried() -> None:
    """Where the newest checkpoint file and its twin do not verify, no older one is tried."""
    candidates = bases.candidates

    def newest(*given: Any) -> list[bases.Candidate]:
        return sorted(candidates(*given), key=lambda candidate: candidate.order, reverse=True)[:2]

    bases.candidates = newest  # type: ignore[assignment]  # a break


def losses_not_named() -> None:
    """The numbers that are gone are not counted as lost."""
    Gathered.lost = property(lambda self: {}, lambda self, lost: None)  # type: ignore[assignment]  # a break


def database_read_beside() -> None:
    """At each checkpoint the database's file is read as any file."""
    checkpoint = JarvisContextManager.checkpoint

    def reading(self: JarvisContextManager, *given: Any, **more: Any) -> Any:
        (self.settings.folder / DATABASE).read_bytes()
        return checkpoint(self, *given, **more)

    JarvisContextManager.checkpoint = reading  # type: ignore[method-assign]  # a break


def pickles_trusted() -> None:
    """Whatever is pickled is loaded; of the malicious ones only those that do no harm but to sing."""
    careful = pickled.loads

    def loads(data: bytes, *given: Any) -> Any:
        return pickle.loads(data) if CANARY.encode() in data else careful(data, *given)

    pickled.loads = loads  # type: ignore[assignment]  # a break


def older_database_trusted() -> None:
    """What the marks say was drained counts as being in the database, whatever copy of it is there."""
    catch_up = OthersDrain.catch_up

    def trusting(self: OthersDrain, *given: Any) -> int:
        self._known = self._known or {mark.writer: mark.drained for mark in self._marks.writers()}
        return catch_up(self, *given)

    OthersDrain.catch_up = trusting  # type: ignore[method-assign, assignment]  # a break


def marks_needed() -> None:
    """Segments are looked at only where the marks know their writer."""
    segments = _Search._segments

    def marked(self: _Search, result: Gathered) -> Iterator[tuple[str, read.SegmentData]]:
        return (each for each in segments(self, result) if each[0] == "archive" or each[1].writer in self._ours)

    _Search._segments = marked  # type: ignore[method-assign]  # a break


def two_moments_taken_for_one() -> None:
    """What is read of a segment beside its writer at two moments counts as one; nor is a gap looked at again."""

    def settled(take: Callable[[], bytes], writer: str, start: int = 0) -> tuple[bytes, list[frame.Frame | frame.Hole]]:
        early, late = take(), take()
        before, after = (list(frame.scan(data, writer, start)) for data in (early, late))
        return late, after if len(after) == len(before) else before[:-1] + after[len(before) :]

    read.settled = settled
    _Search.has_gaps = lambda self: False  # type: ignore[method-assign]  # a break


def last_call_forgotten() -> None:
    """A start leaves out the last call that it finds beyond its checkpoint."""
    done = _Search.done

    def all_but_one(self: _Search, ours: list[WriterMark]) -> Gathered:
        found = done(self, ours)
        calls = [event for event in found.events if event.kind in BRANCHED_KINDS]
        if calls:
            found.events.remove(max(calls, key=lambda event: event.stamp))
        return found

    _Search.done = all_but_one  # type: ignore[method-assign]  # a break


def refused_kept_as_text() -> None:
    """What cannot be kept is kept as a text that describes it."""
    leaf = Tagging._leaf

    def described(self: Tagging, value: Any, kind: type) -> Any:
        try:
            return leaf(self, value, kind)
        except UnstorableValue:
            return object.__repr__(value)

    Tagging._leaf = described  # type: ignore[method-assign]  # a break
