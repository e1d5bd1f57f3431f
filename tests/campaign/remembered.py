"""What is left of a store still knows of numbers that are gone: those a recovery can name as lost, and so must."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

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


def gone(store: Path, name: str) -> Numbers:
    """The numbers up to the greatest that marks, journal, database or a checkpoint know of and that are nowhere."""
    there: Numbers = defaultdict(set)
    known: Position = {}
    for position in _positions(store, name):
        known |= {writer: max(number, known.get(writer, 0)) for writer, number in position.items()}
    for writer, number in _events(store):
        there[writer].add(number)
    ends = {writer: max([known.get(writer, 0), *there[writer]]) for writer in known.keys() | there.keys()}
    missing = {writer: set(range(1, end + 1)) - there[writer] for writer, end in ends.items()}
    return {writer: numbers for writer, numbers in missing.items() if numbers}


def unnamed(gone: Numbers, report: RecoveryReport | None) -> Numbers:
    """Those of them that a report does not name."""
    named = report.events_lost if report is not None else {}
    left = {writer: numbers - _all_of(named.get(writer, ())) for writer, numbers in gone.items()}
    return {writer: numbers for writer, numbers in left.items() if numbers}


def shown(numbers: Numbers) -> str:
    """As text: how many of each writer, and from which to which."""
    return ", ".join(f"{len(some)} of {writer}, {min(some)} to {max(some)}" for writer, some in numbers.items())


def unheard(store: Path, name: str) -> bool:
    """Whether a run's record or report is left and no event of it is, or a record that cannot be read."""
    record = RunFile(store, name)
    run, reports = record.read(), store.glob(f"recovery_report_{name}.*.json")
    if run is None and record.path.exists():
        return True
    told = [run.epoch if run else 0, *(int(path.name.split(".")[1]) for path in reports)]
    return max(told) > max((int(writer[:8], 16) for writer, _ in _events(store)), default=0)


def synced(marks: Path) -> Position:
    """How much of each writer a page of marks says is synced."""
    return {writer: number for writer, _, number in _marked(marks)}


def _all_of(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def _marked(path: Path) -> Iterator[tuple[str, int, int]]:
    """Each writer that a page of marks knows, how much it says was appended, and how much was synced."""
    try:
        marks = viewed(path)
    except (CorruptData, FileNotFoundError):
        return
    try:
        yield from ((mark.writer, mark.appended, mark.synced) for mark in marks.writers())
    finally:
        marks.close()


def _positions(store: Path, name: str) -> Iterator[Position]:
    yield {writer: max(numbers) for writer, *numbers in _marked(store / "journal" / "marks")}
    yield from ({segment.writer: segment.opening.first - 1} for segment in _segments(store) if segment.opening)
    try:
        key = sign.load_key(store / "secret.key")
    except CorruptData:
        key = None
    files = CheckpointFiles(store, name, key)
    for path in (*files.signed(), *files.changes()):
        try:
            yield files.snapshot(path).header.position
        except (CorruptData, NotOurs):
            pass
    yield from (json.loads(position) for (position,) in _rows(store, POSITIONS))


def _events(store: Path) -> Iterator[tuple[str, int]]:
    for segment in _segments(store):
        yield from ((segment.writer, frame.number) for frame in segment.frames)
    yield from _rows(store, EVENTS)


def _segments(store: Path) -> Iterator[read.SegmentData]:
    """Those of which segment or marks say whose they are."""
    owned = {writer for writer, *_ in _marked(store / "journal" / "marks")}
    for writer, paths in read.segment_paths(store / "journal").items():
        found = map(read.read_segment, paths)
        yield from (segment for segment in found if segment.opening or writer in owned)
    for archived in archive.listing(store / "journal" / "archive"):
        try:
            yield archive.read_archived(archived)
        except CorruptData:
            pass


def _rows(store: Path, statement: str) -> list[Any]:
    """Of a copy of the database, since whoever looks into one may change it; nothing of one that is damaged."""
    with TemporaryDirectory() as folder:
        for path in (path for suffix in ("", "-wal") if (path := store / f"{DATABASE}{suffix}").exists()):
            shutil.copy(path, folder)
        if not (Path(folder) / DATABASE).exists():
            return []
        with closing(sqlite3.connect(Path(folder) / DATABASE)) as connection:
            try:
                return connection.execute(statement).fetchall()
            except sqlite3.DatabaseError:
                return []
