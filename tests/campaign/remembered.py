"""What is left of a store still knows of numbers that are gone: those a recovery can name as lost, and so must."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import sign
from jarvis_ctx.errors import CorruptData, NotOurs
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.marks import viewed
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.sidecar.opening import DATABASE

Numbers: TypeAlias = dict[str, set[int]]
"""By writer."""
Position: TypeAlias = dict[str, int]

EVENTS = "SELECT writer, number FROM events JOIN writers ON writers.id = writer_id"
POSITIONS = "SELECT position FROM context_snapshots"


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is left, looked at before anybody recovers it."""

    gone: Numbers
    """The numbers up to the greatest that marks, journal, database or a checkpoint know of and that are nowhere."""
    taken: Position
    """How far the checkpoints reach, whose state has what they cover though its events be lost, and what follows on
    them without a gap.
    """
    unheard: bool
    """Whether a run's record or report is left and no event of it is, or a record that cannot be read."""


def look(store: Path, name: str) -> Remembered:
    """Look through it all, and change nothing."""
    marks = {writer: max(numbers) for writer, *numbers in _marked(store / "journal" / "marks")}
    segments, (events, positions) = list(_segments(store, marks)), _rows(store, EVENTS, POSITIONS)
    there: Numbers = defaultdict(set)
    for writer, number in (*events, *((one.writer, frame.number) for one in segments for frame in one.frames)):
        there[writer].add(number)
    begun = [{one.writer: one.opening.first - 1} for one in segments if one.opening]
    taken = _furthest(*_checkpoints(store, name), *(json.loads(position) for (position,) in positions))
    ends = _furthest({writer: max(numbers) for writer, numbers in there.items()}, marks, *begun, taken)
    missing = {writer: set(range(1, end + 1)) - there[writer] for writer, end in ends.items()}
    gone = {writer: numbers for writer, numbers in missing.items() if numbers}
    reached = {writer: _contiguous(there[writer], number) for writer, number in taken.items()}
    return Remembered(gone=gone, taken=reached, unheard=_unheard(store, name, there))


def _contiguous(numbers: set[int], start: int) -> int:
    return next(number for number in count(start) if number + 1 not in numbers)


def _furthest(*positions: Position) -> Position:
    found: Position = {}
    for position in positions:
        found |= {writer: max(number, found.get(writer, 0)) for writer, number in position.items()}
    return found


def _unheard(store: Path, name: str, there: Numbers) -> bool:
    record = RunFile(store, name)
    run, reports = record.read(), store.glob(f"recovery_report_{name}.*.json")
    if run is None and record.path.exists():
        return True
    told = [run.epoch if run else 0, *(int(path.name.split(".")[1]) for path in reports)]
    return max(told) > max((int(writer[:8], 16) for writer, numbers in there.items() if numbers), default=0)


def unnamed(gone: Numbers, report: RecoveryReport | None) -> Numbers:
    """Those of them that a report does not name."""
    named = report.events_lost if report is not None else {}
    left = {writer: numbers - _all_of(named.get(writer, ())) for writer, numbers in gone.items()}
    return {writer: numbers for writer, numbers in left.items() if numbers}


def shown(numbers: Numbers) -> str:
    """As text: how many of each writer, and from which to which."""
    return ", ".join(f"{len(some)} of {writer}, {min(some)} to {max(some)}" for writer, some in numbers.items())


def synced(marks: Path) -> Position:
    """How much of each writer a page of marks says is synced."""
    return {writer: number for writer, _, number in _marked(marks)}


def _all_of(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def _marked(path: Path) -> Iterator[tuple[str, int, int]]:
    """Each writer of which a page of marks knows whose it is, how much it says was appended, and how much synced."""
    try:
        marks = viewed(path)
    except (CorruptData, FileNotFoundError):
        return
    try:
        yield from ((mark.writer, mark.appended, mark.synced) for mark in marks.writers() if mark.orchestrator)
    finally:
        marks.close()


def _checkpoints(store: Path, name: str) -> Iterator[Position]:
    """The positions of those files that verify, with the key or without."""
    try:
        key = sign.load_key(store / "secret.key")
    except CorruptData:
        key = None
    files = CheckpointFiles(store, name, key)
    signed, plain = [*files.signed(), *files.changes()], [*files.twins(), *files.changes()]
    for path, with_key in [*((path, True) for path in signed), *((path, False) for path in plain)]:
        try:
            yield files.snapshot(path, signed=with_key).header.position
        except (CorruptData, NotOurs):
            pass


def _segments(store: Path, owned: Container[str]) -> Iterator[read.SegmentData]:
    """Those of which segment or marks say whose they are."""
    for writer, paths in read.segment_paths(store / "journal").items():
        found = map(read.read_segment, paths)
        yield from (segment for segment in found if segment.opening or writer in owned)
    for archived in archive.listing(store / "journal" / "archive"):
        try:
            yield archive.read_archived(archived)
        except CorruptData:
            pass


def _rows(store: Path, *statements: str) -> list[list[Any]]:
    """Of a copy of the database, since whoever looks into one may change it; nothing of one that is damaged."""
    with TemporaryDirectory() as folder:
        for path in (path for suffix in ("", "-wal") if (path := store / f"{DATABASE}{suffix}").exists()):
            shutil.copy(path, folder)
        if not (Path(folder) / DATABASE).exists():
            return [[] for _ in statements]
        with closing(sqlite3.connect(Path(folder) / DATABASE)) as connection:
            return [_answer(connection, statement) for statement in statements]


def _answer(connection: sqlite3.Connection, statement: str) -> list[Any]:
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.DatabaseError:
        return []
