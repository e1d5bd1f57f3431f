"""Makes the database anew from the files alone: archive, segments, side files and checkpoints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.codec import sign
from jarvis_ctx.disk.files import move_aside, sync_folder
from jarvis_ctx.disk.progress import Progress, unwatched
from jarvis_ctx.errors import CorruptData, NotOurs, StoreUnavailable, WrongEncryptionKey
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.cleaned import cleaned
from jarvis_ctx.journal.gather import gather
from jarvis_ctx.journal.others import chunks, stored
from jarvis_ctx.journal.ports import Batch
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.restored import abandoned_times
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.rebuild import Layers, rebuild
from jarvis_ctx.retention.derived import derived
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.database import beside, condemned, remove_half_made
from jarvis_ctx.sidecar.encryption import Encryption, Engine, encrypted
from jarvis_ctx.sidecar.missing import check_store
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.standstill import at_rest
from jarvis_ctx.storage.sqlite.store import SqliteStore

RECORDS = 1000
"""Tasks, or steps, or runs, of one transaction."""


class RebuiltStore(msgspec.Struct, kw_only=True):
    """What the new database holds, and what could not be read for it."""

    path: str
    orchestrators: list[str] = []
    segments: int = 0
    """Segments that it was made from, archived or not."""
    events: int = 0
    tasks: int = 0
    steps: int = 0
    runs: int = 0
    checkpoints: int = 0
    damaged: list[str] = []
    moved_aside: str = ""
    """Where the old database is now, or nothing when there was none."""


def rebuild_database(settings: Settings, progress: Progress = unwatched) -> RebuiltStore:
    """Make a new database beside the old one and let it take its place; the old one is moved aside.

    Killed in between, the old one is there, or none, and the next start fills a new one. Heartbeats, which no file has,
    are not in it. Raises `NoStore`, and `NotAtRest` when any orchestrator of the store runs.
    """
    folder = settings.folder
    check_store(folder)
    result, new = RebuiltStore(path=str(folder / DATABASE)), folder / f"{DATABASE}.new"
    with at_rest(folder, settings.secret_names) as result.orchestrators:
        remove_half_made(new)
        store, encryption = encrypted(SqliteStore(new), settings)
        try:
            fill(store, encryption, folder, settings, result, progress)
            store.events.sync()
        finally:
            store.close()
        _replace(folder / DATABASE, new, result)
    return result


def fill(
    store: Engine,
    encryption: Encryption,
    folder: Path,
    settings: Settings,
    result: RebuiltStore,
    progress: Progress,
) -> None:
    """Fill an empty `store` with all that the files have of `result.orchestrators`; counts what went into it.

    Somebody may append meanwhile: how much of that is taken in, the store's watermarks tell.
    """
    states = {}
    for name in result.orchestrators:
        layers = _layers(folder, name, settings, encryption, result)
        rebuilt = rebuild(layers, SystemClock().steady)
        result.damaged += rebuilt.gathered.damaged
        states[name] = rebuilt.state
    _events(store, folder, states, result, progress)
    for name, state in states.items():
        if state.cut.position:
            store.events.cut(name, state.cut)
        derive(store, Values(folder / "journal", sealing=encryption.sealing), state, result)
        _checkpoints(store, _layers(folder, name, settings, encryption, result).files, result)


def _layers(folder: Path, name: str, settings: Settings, encryption: Encryption, result: RebuiltStore) -> Layers:
    try:
        key = sign.load_key(folder / "secret.key")
    except (CorruptData, OSError) as error:
        key = None
        if str(error) not in result.damaged:
            result.damaged.append(str(error))
    return Layers(
        journal=folder / "journal",
        orchestrator=name,
        history=settings.history_size,
        events=None,
        checkpoints=None,
        files=CheckpointFiles(folder, name, key, encryption.seals),
        marks=[],
        sealing=encryption.sealing,
    )


def _events(store: Engine, folder: Path, states: dict[str, State], result: RebuiltStore, progress: Progress) -> None:
    sources = [*(a.path for a in archive.listing(folder / "journal" / "archive"))]
    sources += read.segment_files(folder / "journal")
    sizes = {path: path.stat().st_size for path in sources if path.exists()}
    done = 0
    for segment in _segments(folder, result):
        if segment.opening is not None and segment.opening.orchestrator in states:
            state, writer = states[segment.opening.orchestrator], segment.writer
            fence = state.fences.get(writer)
            kept = [f for f in segment.frames if not read.is_cut(state.cut, writer, f.number, f.payload)]
            rows = [stored(writer, found) for found in kept if fence is None or found.number <= fence]
            for chunk in chunks(rows):
                store.events.write(Batch(openings={writer: segment.opening}, rows=chunk, orchestrator=state.name))
            result.events += len(rows)
            result.segments += 1
        done += sizes.get(segment.path, 0)
        progress(done, sum(sizes.values()))


def _segments(folder: Path, result: RebuiltStore) -> Iterator[read.SegmentData]:
    for archived in archive.listing(folder / "journal" / "archive"):
        try:
            yield archive.read_archived(archived)
        except (CorruptData, OSError) as error:
            result.damaged.append(str(error))
    for path in read.segment_files(folder / "journal"):
        with suppress(FileNotFoundError):  # Archived in this moment by a run that goes on, whose drain has it.
            yield read.read_segment(path)


def derive(store: Engine, values: Values, state: State, result: RebuiltStore) -> None:
    """Put in the rows of tasks, steps and runs that journal and archive make of an orchestrator."""
    gathered = gather(values.folder.parent, state.name, {}, None, [], values)
    found = derived(cleaned(gathered, state), state)
    tasks, steps, runs = list(found.tasks.values()), list(found.steps.values()), list(found.runs.values())
    for first in range(0, max(len(tasks), len(steps), len(runs)), RECORDS):
        part = slice(first, first + RECORDS)
        store.events.write(
            Batch(orchestrator=state.name, tasks=tasks[part], steps=steps[part], runs=runs[part]),
        )
    left = abandoned_times(state.restores)
    if left:  # What a restore has left is in the events, and not in the tables beside them.
        present = [step for steps in state.steps.values() for step in steps.values()]
        tasks_now = list(state.tasks.values())
        store.events.write(Batch(orchestrator=state.name, left=left, tasks=tasks_now, steps=present))
    result.tasks, result.steps = result.tasks + len(tasks), result.steps + len(steps)
    result.runs += len(runs)


def _checkpoints(store: Engine, files: CheckpointFiles, result: RebuiltStore) -> None:
    for path in (*reversed(files.signed()), *reversed(files.changes())):
        try:
            store.checkpoints.put(files.snapshot(path))
            result.checkpoints += 1
        except (CorruptData, NotOurs, WrongEncryptionKey, OSError) as error:
            result.damaged.append(str(error))


def _replace(path: Path, new: Path, result: RebuiltStore) -> None:
    if path.exists():
        try:
            SqliteStore(path).close()  # What its log holds moves into the file itself.
        except StoreUnavailable:
            pass  # It is damaged; the log is moved aside with it.
        aside = [move_aside(file, "replaced") for file in beside(path) if file.exists()]
        result.moved_aside = aside[0].name
    os.rename(new, path)
    condemned(path).unlink(missing_ok=True)
    sync_folder(path.parent)
