"""When a checkpoint is taken, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from jarvis_ctx.errors import StoreInUse
from jarvis_ctx.journal import forks
from tests.unit.checkpoint.taking import Scene


def test_a_checkpoint_is_in_the_database_in_a_signed_file_and_in_its_twin(scene: Scene) -> None:
    scene.progress(10)

    header = scene.keeper.take()

    assert [kept.id for kept in scene.store.checkpoints.headers("jarvis")] == [header.id]
    states = [scene.files.load(path)[1] for path in (*scene.files.signed(), *scene.files.twins())]
    assert states == [scene.state, scene.state]


def test_an_unchanged_state_is_not_kept_again(scene: Scene) -> None:
    scene.progress(10)

    taken = [scene.keeper.take(), scene.keeper.take()]

    assert taken[0] is taken[1]
    assert (scene.keeper.taken, scene.keeper.skipped, len(scene.files.signed())) == (1, 1, 1)


def test_how_long_the_last_one_took_is_still_said_when_the_next_is_not_needed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.keeper, "_flush", lambda: scene.clock.advance(3))
    scene.progress(10)

    for _ in range(2):
        scene.keeper.take()

    assert (scene.keeper.skipped, scene.keeper.seconds) == (1, 3)


def test_two_checkpoints_of_one_moment_are_two(scene: Scene) -> None:
    scene.progress(10)

    first, second = scene.keeper.take("first"), scene.keeper.take("second")

    assert second.taken == first.taken + 1
    assert {kept.label for kept in scene.store.checkpoints.headers("jarvis")} == {"first", "second"}
    assert [scene.files.load(path)[0].label for path in scene.files.signed()] == ["second", "first"]


def test_equal_contents_at_a_later_position_are_kept_once(scene: Scene) -> None:
    scene.progress(10)
    first = scene.keeper.take()
    scene.tell("RunRecovered", "r1", {})

    second = scene.keeper.take()

    assert (second.id, second.hash) == (first.id, first.hash)
    assert second.position == {"w": 2}
    assert (scene.keeper.deduplicated, len(scene.files.signed()), len(scene.files.twins())) == (1, 1, 1)
    assert [kept.position for kept in scene.store.checkpoints.headers("jarvis")] == [{"w": 2}]


def test_a_recovery_point_is_kept_even_if_nothing_changed(scene: Scene) -> None:
    scene.progress(10)
    scene.keeper.take()

    point = scene.keeper.take("before the release")

    assert point.label == "before the release"
    assert len(scene.files.signed()) >= 1
    assert any(header.label for header in scene.store.checkpoints.headers("jarvis"))


def test_a_recovery_point_is_not_moved_on_by_a_later_checkpoint_of_the_same_contents(scene: Scene) -> None:
    scene.progress(10)
    point = scene.keeper.take("point")
    scene.tell("RunRecovered", "r1", {})

    scene.keeper.take()

    kept = {header.id: header.position for header in scene.store.checkpoints.headers("jarvis")}
    assert kept[point.id] == {"w": 1}
    assert len(scene.files.signed()) == 2


def test_recovery_points_outlive_the_thinning_of_all_others(store_path: Path) -> None:
    scene = Scene(store_path, kept=2)
    scene.progress(1)
    point = scene.keeper.take("point")

    for percentage in range(2, 9):
        scene.progress(percentage)
        scene.clock.advance(60)
        scene.keeper.take()
        scene.surplus.forget()

    labels = [header.label for _, header in scene.files.headers()]
    assert len(labels) < 6
    assert "point" in labels
    assert point.id in [header.id for header in scene.store.checkpoints.headers("jarvis")]


def test_a_recovery_point_whose_label_has_rotted_stays_and_is_listed_by_its_twin(store_path: Path) -> None:
    scene = Scene(store_path, kept=2)
    scene.progress(1)
    scene.keeper.take("point")
    [point] = scene.files.signed()
    point.write_bytes(point.read_bytes().replace(b'"label"', b'"mabel"', 1))

    for percentage in range(2, 9):
        scene.progress(percentage)
        scene.keeper.take()
        scene.surplus.forget()

    assert point.exists()
    assert scene.files.load(point.with_suffix(".json"))[0].label == "point"
    assert [header.label for _, header in scene.files.headers()].count("point") == 1
    assert len(scene.files.signed()) < 6


def test_a_recovery_point_whose_label_has_rotted_in_the_database_stays_there(store_path: Path) -> None:
    scene = Scene(store_path, kept=2)
    scene.progress(1)
    point = scene.keeper.take("point")
    kept = scene.store.checkpoints.snapshots
    kept[point.id] = replace(kept[point.id], header=replace(point, label=""))

    for percentage in range(2, 9):
        scene.progress(percentage)
        scene.keeper.take()
        scene.surplus.forget()

    ids = [header.id for header in scene.store.checkpoints.headers("jarvis")]
    assert point.id in ids
    assert len(ids) < 6


def test_while_the_database_cannot_be_used_the_whole_state_is_in_an_emergency_file(scene: Scene) -> None:
    scene.progress(10)
    scene.database_works = False

    scene.keeper.take()

    assert "locked" in scene.keeper.error
    assert [scene.files.load(path)[1] for path in scene.files.emergencies()] == [scene.state]
    assert len(scene.files.signed()) == 1


def test_only_the_latest_emergency_files_stay(scene: Scene) -> None:
    scene.database_works = False

    for percentage in range(5):
        scene.progress(percentage)
        scene.keeper.take()

    assert len(scene.files.emergencies()) == 3
    assert scene.files.load(scene.files.emergencies()[0])[1] == scene.state


def test_the_database_coming_back_clears_the_error(scene: Scene) -> None:
    scene.progress(10)
    scene.database_works = False
    scene.keeper.take()
    scene.database_works = True
    scene.progress(20)

    scene.keeper.take()

    assert scene.keeper.error == ""
    assert len(scene.store.checkpoints.headers("jarvis")) == 1


def test_what_a_file_says_of_itself_is_read_once_as_long_as_it_looks_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    header = scene.files.header
    monkeypatch.setattr(scene.files, "header", lambda path: (read.append(path), header(path))[1])

    for percentage in range(3):
        scene.progress(percentage)
        scene.keeper.take()
        scene.surplus.forget()

    assert sorted(read) == sorted(scene.files.signed())
    newest = scene.files.signed()[0]
    newest.write_bytes(b"rotten")
    assert newest not in [path for path, _ in scene.files.headers()]


def test_a_checkpoint_in_the_middle_of_this_threads_own_is_refused_and_harms_it_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def handler() -> None:
        with pytest.raises(StoreInUse) as caught:
            scene.keeper.take("within")
        refused.append(str(caught.value))

    monkeypatch.setattr(scene.keeper, "_flush", handler)
    scene.progress(10)

    header = scene.keeper.take()

    assert len(refused) == 1
    assert [kept.id for kept in scene.store.checkpoints.headers("jarvis")] == [header.id]
    assert [scene.files.load(path)[1] for path in scene.files.signed()] == [scene.state]


def test_a_checkpoint_in_a_forked_child_waits_for_nobody_who_is_not_there(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.progress(10)
    with scene.keeper._turn():
        forks._renew_locks()

        header = scene.keeper.take()

    assert header.tasks == 1
