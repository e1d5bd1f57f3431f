"""What is read of a damaged store, and what a start makes of it, held against what it was while it was sound."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx.journal import archive, fold, read
from jarvis_ctx.journal.ranges import Range
from jarvis_ctx.journal.values import MARK, is_reference
from jarvis_ctx.model.event import Event
from jarvis_ctx.recovery import bases
from jarvis_ctx.recovery.rebuild import events_of
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.crash.check import drain
from tests.crash.harness import BUSY
from tests.crash.readings import contents

Key = tuple[str, int]
"""An event's writer and number."""
Lost = Mapping[str, Iterable[Range]]
SHOWN = 5
"""How many keys a sentence names."""
TOLD = (
    *(
        "orchestrator",
        "recovered_run",
        "cause",
        "events",
        "not_captured",
        "possibly_lost",
        "machine_changed",
    ),
    *("resume", "resume_refused", "tasks", "steps_in_doubt", "objects", "unreadable"),
)
"""What a report says of the death itself: neither when it was written, nor what stood where."""
HISTORY = 1_000
"""More of each kind than a test's store has."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a store without starting there."""

    contents: dict[str, Any]
    events: dict[Key, Event]
    lost: Lost
    base: dict[str, int]
    """The position of the checkpoint that the state was rebuilt from."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a start made of a store, and what it said."""

    contents: dict[str, Any]
    lost: Lost
    told: dict[str, Any]
    """What its report says of the death."""
    after: Look


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of damage: the events that are gone, and a sentence for each thing that must not be."""

    lost: frozenset[Key] = frozenset()
    wrong: tuple[str, ...] = ()


class Sound:
    """A store while it was sound. One hit in a file costs no more than what stood there alone."""

    def __init__(self, store: Path) -> None:
        self._seen, self.only = look(store), only_there(store)
        self._started = start(store)
        seen = self._judge_look(self._seen, frozenset(), exact=True)
        started = self._judge_start(self._seen, self._started, frozenset(), exact=True)
        self.wrong = [f"of the sound store, {sentence}" for sentence in (*seen.wrong, *started.wrong)]
        """What is not right even of the sound store."""

    @property
    def events(self) -> list[Event]:
        return list(self._seen.events.values())

    def judge(self, store: Path, hit: Collection[Path], *, starts: bool = True) -> Outcome:
        """What a look at the store, and then a start there, make of it after these of its files were damaged.

        What stood in these alone may be gone, if it is named; the marks, which have no digest, may name more than
        that. Everything else must be as it was.
        """
        excused = frozenset(key for path in hit for key in self.only.get(path.relative_to(store).as_posix(), ()))
        exact = not any(path.name == "marks" for path in hit)
        now = look(store)
        seen = self._judge_look(now, excused, exact=exact)
        if not starts:
            return seen
        started = self._judge_start(now, start(store), excused, exact=exact)
        return Outcome(
            lost=seen.lost | started.lost,
            wrong=(*(f"seen: {one}" for one in seen.wrong), *(f"started: {one}" for one in started.wrong)),
        )

    def _judge_look(self, now: Look, excused: frozenset[Key], *, exact: bool) -> Outcome:
        gone = self._seen.events.keys() - now.events.keys()
        wrong = [*self._of_events(now, excused), *_naming(gone, now.lost, exact=exact)]
        expected = _folded(event for key, event in self._seen.events.items() if key not in _beyond(gone, now.base))
        if now.contents != expected:
            wrong.append(f"the state is not that of the events that are there: {_differing(now.contents, expected)}")
        return Outcome(lost=frozenset(gone), wrong=tuple(wrong))

    def _judge_start(self, before: Look, found: Start, excused: frozenset[Key], *, exact: bool) -> Outcome:
        right = self._seen.events
        gone = right.keys() - found.after.events.keys()
        unfolded = _beyond(right.keys() - before.events.keys(), before.base)
        wrong = [*self._of_events(found.after, excused), *_naming(unfolded, found.lost, exact=False)]
        # What a checkpoint covers is lost as well, though the state has what it added up to.
        wrong += _naming(gone, _both(found.lost, found.after.lost), exact=exact)
        own = [event for key, event in found.after.events.items() if key[0] not in {writer for writer, _ in right}]
        expected = _folded([*(event for key, event in right.items() if key not in unfolded), *own])
        if found.contents != expected:
            wrong.append(f"the state is not that of the events that are there: {_differing(found.contents, expected)}")
        elif not unfolded and found.contents != self._started.contents:
            differing = _differing(found.contents, self._started.contents)
            wrong.append(f"the start does not make of it what it should: {differing}")
        if not unfolded and found.told != self._started.told:
            wrong.append(f"the report is not what it should be: {_differing(found.told, self._started.told)}")
        return Outcome(lost=frozenset(gone), wrong=tuple(wrong))

    def _of_events(self, now: Look, excused: frozenset[Key]) -> Iterator[str]:
        right = self._seen.events
        writers = {writer for writer, _ in right}
        if gone := right.keys() - now.events.keys() - excused:
            yield f"{len(gone)} events are lost that stand elsewhere, too: {_shown(gone)}"
        ours = {key: event for key, event in now.events.items() if key[0] in writers}
        if changed := {key for key, event in ours.items() if right.get(key) != event}:
            yield f"{len(changed)} events are changed: {_shown(changed)}"


def look(store: Path) -> Look:
    """Read the store as a stranger."""
    view = open_view(store, "jarvis")
    try:
        layers = view.layers()
        found = bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, [])
        gathered = events_of(layers, {})
        return Look(
            contents=contents(view.rebuilt().state),
            events={(event.writer, event.number): event for event in gathered.events},
            lost=gathered.lost,
            base=bases.choose(layers.orchestrator, layers.history, found, []).state.position,
        )
    finally:
        view.close()


def start(store: Path) -> Start:
    """Start on a copy of the store, end cleanly, and read it again."""
    copy = shutil.copytree(store, store.with_name("started"))
    try:
        with JarvisContextManager(copy, **BUSY) as manager:
            drain(manager)
            report, found = manager.recovery_report, contents(manager.journal.writer.picture())
        told = {name: getattr(report, name) for name in TOLD} if report else {}
        return Start(contents=found, lost=report.events_lost if report else {}, told=told, after=look(copy))
    finally:
        shutil.rmtree(copy)


def only_there(store: Path) -> dict[str, set[Key]]:
    """The events of which something stands in one file alone, by that file's path in the store."""
    known = drained(store)
    homes: dict[str, set[Key]] = defaultdict(set)
    values: dict[str, set[Key]] = defaultdict(set)
    for segment in segments(store / "journal"):
        for found in segment.frames:
            key = (segment.writer, found.number)
            homes[segment.path.relative_to(store).as_posix()].add(key)
            body = read.event(segment.writer, found.payload).body
            if is_reference(body):
                values[f"journal/values/{body[MARK]}"].add(key)
    times = Counter(key for keys in homes.values() for key in keys)
    alone = {key for key, count in times.items() if count == 1 and key[1] > known.get(key[0], 0)}
    return {path: keys & alone for path, keys in homes.items()} | values


def segments(journal: Path) -> Iterator[read.SegmentData]:
    """Every segment, archived or not. Raises where one does not verify."""
    for archived in archive.listing(journal / "archive"):
        yield archive.read_archived(archived)
    for paths in read.segment_paths(journal).values():
        yield from map(read.read_segment, paths)


def drained(store: Path) -> dict[str, int]:
    """How far the database has come with each writer; it is not opened where it is gone."""
    if not (store / DATABASE).exists():
        return {}
    database = SqliteStore(store / DATABASE, viewer=True)
    try:
        return database.events.watermarks()
    finally:
        database.close()


def _naming(gone: Collection[Key], lost: Lost, *, exact: bool) -> Iterator[str]:
    if unnamed := {key for key in gone if not _names(lost, key)}:
        yield f"{len(unnamed)} events are lost and not named: {_shown(unnamed)}"
    named = ((w, number) for w, ranges in lost.items() for a, b in ranges for number in range(a, b + 1))
    kept = islice((key for key in named if key not in gone), SHOWN)  # Of a range there may be billions.
    if exact and (some := _shown(kept)):
        yield f"events are named as lost, and are not: {some}"


def _both(one: Lost, other: Lost) -> Lost:
    """What a start's report names, or what is read after it: the marks of the dead do not outlast the start."""
    return {writer: {*one.get(writer, ()), *other.get(writer, ())} for writer in one.keys() | other.keys()}


def _names(lost: Lost, key: Key) -> bool:
    return any(first <= key[1] <= last for first, last in lost.get(key[0], ()))


def _beyond(keys: Iterable[Key], position: Mapping[str, int]) -> set[Key]:
    return {(writer, number) for writer, number in keys if number > position.get(writer, 0)}


def _folded(events: Iterable[Event]) -> dict[str, Any]:
    return contents(fold.fold(fold.empty("jarvis", HISTORY), sorted(events, key=lambda event: event.stamp)))


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> str:
    return ", ".join(sorted(name for name in expected if found.get(name) != expected[name]))


def _shown(keys: Iterable[Key]) -> str:
    return ", ".join(f"{number} of {writer}" for writer, number in sorted(keys)[:SHOWN])
