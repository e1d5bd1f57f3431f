"""Checkpoints that hold what changed since a whole one: when they are taken, what they need, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.checkpoint import keeper
from jarvis_ctx.checkpoint.contents import state_of
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.errors import BaseUnusable, CorruptData, NotOurs
from tests.unit.checkpoint.taking import Scene


@pytest.fixture
def large(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Forty tasks, which count as many, in a whole checkpoint."""
    monkeypatch.setattr(keeper, "SMALL", 40)
    for number in range(40):
        scene.progress(10, f"t{number}")
    scene.pen.dirty.take(100)
    scene.keeper.take()
    return scene


def test_what_little_changed_is_kept_upon_the_last_whole_one(large: Scene) -> None:
    large.progress(20, "t7")

    header = large.keeper.take()

    whole, upon = large.files.signed()[0], large.files.changes()[0]
    assert header.base == large.files.verified(whole).id
    assert upon.stat().st_size < whole.with_suffix(".json").stat().st_size / 4
    assert [kept.id for kept in large.store.checkpoints.headers("jarvis")] == [header.id, header.base]


def test_every_layer_gives_the_state_back(large: Scene) -> None:
    large.progress(20, "t7")
    header = large.keeper.take()
    upon = large.files.changes()[0]

    stored = large.store.checkpoints.get(header.id)

    assert stored is not None
    assert state_of(stored, "it") == large.state
    assert large.files.load(upon) == (header, large.state)
    assert large.files.load(upon, signed=False) == (header, large.state)


def test_each_holds_all_that_changed_since_its_base_and_needs_no_other(large: Scene) -> None:
    for number in range(4):
        large.progress(20, f"t{number}")
        large.keeper.take()

    for path in large.files.changes()[1:]:
        path.unlink()

    assert large.files.load(large.files.changes()[0])[1] == large.state


def test_what_did_not_change_at_all_is_not_kept_again(large: Scene) -> None:
    large.progress(20, "t7")

    taken = [large.keeper.take(), large.keeper.take()]

    assert taken[0] is taken[1]
    assert (large.keeper.taken, large.keeper.skipped) == (2, 1)


def test_a_recovery_point_stands_alone(large: Scene) -> None:
    large.progress(20, "t7")

    point = large.keeper.take("point")

    assert point.base == ""
    assert large.files.load(large.files.signed()[0]) == (point, large.state)


def test_when_much_has_changed_everything_is_kept_anew(large: Scene) -> None:
    for number in range(11):
        large.progress(20, f"t{number}")

    header = large.keeper.take()

    assert (header.base, len(large.files.signed()), large.files.changes()) == ("", 2, [])


def test_so_many_build_upon_one_and_no_more(large: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "UPON_ONE", 3)

    for percentage in range(20, 25):
        large.progress(percentage, "t7")
        large.keeper.take()

    assert (len(large.files.signed()), len(large.files.changes())) == (2, 3 + 1)


def test_thinning_keeps_what_is_built_upon_and_not_longer(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SMALL", 1)
    scene = Scene(store_path, kept=2)
    for percentage in range(12):
        scene.progress(percentage, f"t{percentage % 6}")
        scene.keeper.take()
        scene.surplus.forget()

    kept = [header for _, header in scene.files.headers()]

    ids = {header.id for header in kept}
    assert {header.base for header in kept if header.base} <= ids
    assert ids == {header.id for header in scene.store.checkpoints.headers("jarvis")}
    assert len(kept) <= 5


def test_while_the_database_cannot_be_used_all_stands_alone(large: Scene) -> None:
    large.progress(20, "t7")
    large.database_works = False

    large.keeper.take()

    assert [large.files.load(path)[1] for path in large.files.emergencies()] == [large.state]
    large.database_works = True
    large.progress(30, "t7")
    assert large.keeper.take().base == ""


def test_any_flipped_bit_or_missing_end_of_changes_is_noticed(large: Scene) -> None:
    large.progress(20, "t7")
    large.keeper.take()
    file = large.files.changes()[0]
    whole, silent = file.read_bytes(), []

    for at in range(0, len(whole), 3):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        silent += [at for signed in (True, False) if read_otherwise(large, file, signed)]
    file.write_bytes(whole[: len(whole) // 2])

    assert silent == []
    with pytest.raises((CorruptData, NotOurs)):
        large.files.load(file)


def read_otherwise(scene: Scene, file: Path, signed: bool) -> bool:
    """Whether it is read as something else than it is."""
    try:
        return scene.files.load(file, signed=signed)[1] != scene.state
    except (CorruptData, NotOurs):
        return False


def test_without_its_signed_base_the_twins_serve(large: Scene) -> None:
    large.progress(20, "t7")
    large.keeper.take()
    base, upon = large.files.signed()[0], large.files.changes()[0]
    base.write_bytes(base.read_bytes()[:-1])

    with pytest.raises(BaseUnusable, match=base.name):
        large.files.load(upon)

    assert large.files.load(upon, signed=False)[1] == large.state


def test_without_any_base_nothing_is_made_of_changes(large: Scene) -> None:
    large.progress(20, "t7")
    large.keeper.take()
    large.files.delete(large.files.signed()[0])
    upon = large.files.changes()[0]

    for signed in (True, False):
        with pytest.raises(BaseUnusable, match="No such file"):
            large.files.load(upon, signed=signed)


def test_another_base_in_its_place_is_refused(large: Scene) -> None:
    large.progress(20, "t7")
    large.keeper.take()
    base, upon = large.files.signed()[0], large.files.changes()[0]
    large.progress(30, "t8")
    large.keeper.take("other")
    other = large.files.signed()[0]
    other.replace(base)
    other.with_suffix(".json").replace(base.with_suffix(".json"))

    for signed in (True, False):
        with pytest.raises(BaseUnusable, match="something else"):
            large.files.load(upon, signed=signed)


def test_changes_signed_with_another_key_are_refused_and_read_without_one(large: Scene) -> None:
    large.progress(20, "t7")
    large.keeper.take()
    keyless = CheckpointFiles(large.folder, "jarvis", None)

    with pytest.raises(NotOurs):
        keyless.load(keyless.changes()[0])

    assert keyless.load(keyless.changes()[0], signed=False)[1] == large.state


def test_two_that_share_a_base_cover_what_is_archived_and_not_what_is_cleaned_up(large: Scene) -> None:
    for percentage in (20, 30):
        large.progress(percentage, "t7")
        large.keeper.take()

    assert large.files.covered() == {"w": 41}
    assert large.files.covered(apart=True) == {}
    large.keeper.take("another")
    assert large.files.covered(apart=True) == {"w": 42}


def test_changes_whose_base_is_damaged_cover_nothing(large: Scene) -> None:
    for percentage in (20, 30):
        large.progress(percentage, "t7")
        large.keeper.take()
    base = large.files.signed()[0]
    base.write_bytes(base.read_bytes()[:-1])

    assert large.files.covered() == {}
