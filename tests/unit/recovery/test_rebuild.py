"""Rebuilding's promises: the newest base that verifies, every event after it, and why the others were not used."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.codec import sign
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.rebuild import Layers, Rebuilt, rebuild
from tests.unit.journal.build import NAME, Store, opening, writer_id
from tests.unit.recovery.stories import run


class Layered:
    """A journal with checkpoints of it in the database, in files and in an emergency file; then more events."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.store, self.journal, self.folder = store, journal, store.folder.parent
        self.database_works = True
        key = sign.load_or_create_key(self.folder / "secret.key")
        self.files = CheckpointFiles(self.folder, NAME, key)
        self.keeper = Keeper(
            run=msgspec.structs.replace(run(1), name=NAME),
            store=store.database.checkpoints,
            files=self.files,
            clock=store.clock,
            picture=journal.picture,
            flush=self._flush,
        )

    def _flush(self) -> None:
        if not self.database_works:
            raise StoreUnavailable(path="db", reason="locked")
        self.journal.flush()

    def progress(self, percentage: int) -> None:
        self.store.clock.advance(1)
        self.journal.append("TaskProgressed", "t", {"percentage": percentage})

    def rebuilt(self, *, store: bool = True) -> Rebuilt:
        database = self.store.database
        layers = Layers(
            journal=self.store.folder,
            orchestrator=NAME,
            history=100,
            events=database.events if store else None,
            checkpoints=database.checkpoints if store else None,
            files=self.files,
            marks=list(self.journal.marks.writers()),
        )
        return rebuild(layers, time.monotonic)


@pytest.fixture
def layered(tmp_path: Path) -> Iterator[Layered]:
    """Checkpoints at 10 and 20, then an event that neither has."""
    store = Store(tmp_path)
    with store.journal() as journal:
        made = Layered(store, journal)
        made.progress(10)
        made.keeper.take()
        made.progress(20)
        made.keeper.take()
        made.progress(30)
        yield made


def spoil(path: Path) -> None:
    """Flip a byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def no_database(layered: Layered) -> None:
    layered.store.database.checkpoints.snapshots.clear()


def no_signed_files(layered: Layered) -> None:
    for path in layered.files.signed():
        spoil(path)


def no_twins(layered: Layered) -> None:
    for path in layered.files.twins():
        spoil(path)


SPOILS: list[Callable[[Layered], None]] = [no_database, no_signed_files, no_twins]


@pytest.mark.parametrize(
    ("spoiled", "base"), list(enumerate(["database", "checkpoint file", "JSON twin", "events"])), ids=str
)
def test_each_layer_stands_in_for_the_one_before_it(layered: Layered, spoiled: int, base: str) -> None:
    for spoil_layer in SPOILS[:spoiled]:
        spoil_layer(layered)

    rebuilt = layered.rebuilt()

    assert rebuilt.base == base
    assert rebuilt.state.tasks == layered.journal.writer.state.tasks
    assert rebuilt.state.position == layered.journal.writer.state.position


def test_the_emergency_file_is_used_when_nothing_newer_verifies(layered: Layered) -> None:
    layered.database_works = False
    layered.progress(40)
    layered.keeper.take()
    for spoil_layer in SPOILS:
        spoil_layer(layered)

    rebuilt = layered.rebuilt()

    assert rebuilt.base == "emergency JSON"
    assert rebuilt.state.tasks == layered.journal.writer.state.tasks


def test_a_damaged_newest_checkpoint_is_named_with_its_reason_and_the_next_one_used(layered: Layered) -> None:
    no_database(layered)
    newest, older = layered.files.signed()
    spoil(newest)
    spoil(newest.with_suffix(".json"))

    rebuilt = layered.rebuilt()

    verdicts = {tried.name: tried.verdict for tried in rebuilt.tried}
    assert verdicts[older.name] == "accepted"
    assert "accepted" not in (verdicts[newest.name], verdicts[newest.with_suffix(".json").name])
    assert rebuilt.state.tasks["t"].percentage == 30
    assert set(rebuilt.damaged) == {newest, newest.with_suffix(".json")}


def test_a_file_whose_epoch_has_rotted_does_not_put_its_twin_before_a_newer_checkpoint(layered: Layered) -> None:
    rotten = layered.files.signed()[1]
    rotten.write_bytes(rotten.read_bytes().replace(b'"epoch":1', b'"epoch":9', 1))

    rebuilt = layered.rebuilt()

    assert [tried.verdict for tried in rebuilt.tried if tried.layer == "database"] == ["accepted"]
    assert rebuilt.damaged == [rotten]


def test_a_checkpoint_that_cannot_be_read_just_now_is_named_and_is_not_taken_for_damaged(
    layered: Layered, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_database(layered)
    newest, older = layered.files.signed()
    read = Path.read_bytes
    unread = {newest, newest.with_suffix(".json")}
    monkeypatch.setattr(Path, "read_bytes", lambda path: too_many_files() if path in unread else read(path))

    rebuilt = layered.rebuilt()

    verdicts = {tried.name: tried.verdict for tried in rebuilt.tried}
    assert "Too many open files" in verdicts[newest.name]
    assert verdicts[older.name] == "accepted"
    assert rebuilt.damaged == []


def too_many_files() -> bytes:
    raise OSError(errno.EMFILE, "Too many open files")


def test_only_the_events_behind_the_base_are_read(layered: Layered) -> None:
    rebuilt = layered.rebuilt()

    assert rebuilt.tried[-1].events_behind == 1
    assert rebuilt.gathered.sources == {"segments": 1}


def test_without_a_store_the_files_are_enough(layered: Layered) -> None:
    assert layered.rebuilt(store=False).state.tasks["t"].percentage == 30


def test_a_store_that_fails_is_named_and_passed_by(layered: Layered, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        raise StoreUnavailable(path="db", reason="locked")

    monkeypatch.setattr(layered.store.database.checkpoints, "headers", broken)

    rebuilt = layered.rebuilt()

    assert rebuilt.tried[0].verdict == "The database db cannot be used: locked."
    assert rebuilt.base == "checkpoint file"


def test_rebuilding_reads_only_and_gives_the_same_again(layered: Layered) -> None:
    before = {path: path.read_bytes() for path in layered.folder.rglob("*") if path.is_file()}

    states = [layered.rebuilt().state for _ in range(2)]

    assert states[0] == states[1]
    assert before == {path: path.read_bytes() for path in layered.folder.rglob("*") if path.is_file()}


def test_a_base_that_a_late_event_went_into_is_not_trusted(layered: Layered) -> None:
    late = opening(1, 2)
    with layered.store.pen(layered.journal.marks, late) as child:
        layered.store.clock.advance(-60)
        child.append("TaskProgressed", "t", {"percentage": 99})
    layered.store.clock.advance(60)
    layered.journal._listen()
    live: State = layered.journal.writer.picture()
    layered.keeper.take()

    rebuilt = layered.rebuilt()

    assert (live.tasks["t"].percentage, rebuilt.state.tasks["t"].percentage) == (99, 30)
    assert "all events were folded anew" in rebuilt.tried[-1].verdict
    assert rebuilt.state.position == {writer_id(1): 3, writer_id(1, 2): 1}


def test_a_late_event_does_not_cost_what_only_the_base_still_has(layered: Layered) -> None:
    with layered.store.pen(layered.journal.marks, opening(1, 2)) as child:
        layered.store.clock.advance(-60)
        child.append("TaskProgressed", "t", {"percentage": 99})
    layered.store.clock.advance(60)
    layered.journal._listen()
    layered.journal.append("TaskProgressed", "u", {"percentage": 50})
    layered.keeper.take()
    layered.store.segments()[0].path.unlink()

    rebuilt = layered.rebuilt(store=False)

    assert set(rebuilt.state.tasks) == {"t", "u"}
    assert (rebuilt.base, rebuilt.tried[-1].verdict) == ("checkpoint file", "accepted")


def test_checkpoints_over_the_limit_are_passed_by(layered: Layered, monkeypatch: pytest.MonkeyPatch) -> None:
    layered.journal.append("AttributeSet", "large", {"value": "x" * 8000})
    layered.keeper.take()
    no_database(layered)
    monkeypatch.setattr("jarvis_ctx.checkpoint.files.LIMIT", 6000)

    rebuilt = layered.rebuilt()

    assert "over the limit of 6000" in rebuilt.tried[0].verdict
    assert rebuilt.state.attributes["large"].value == "x" * 8000


def test_an_empty_store_is_an_empty_state(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.journal() as journal:
        rebuilt = Layered(store, journal).rebuilt()

    assert rebuilt.state == fold.empty(NAME, 100)
    assert [tried.layer for tried in rebuilt.tried] == ["events"]
