"""What is archived, and what is looked at for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.surplus import Surplus
from jarvis_ctx.errors import StoreUnavailable
from tests.unit.checkpoint.taking import Scene


def take_three(scene: Scene) -> None:
    for percentage in (10, 20, 30):
        scene.progress(percentage)
        scene.keeper.take()
        scene.archiving.turn()


def test_segments_are_archived_only_up_to_what_two_verified_files_cover(scene: Scene) -> None:
    take_three(scene)

    assert scene.covered == [{}, {"w": 1}, {"w": 2}]


def test_taking_a_checkpoint_does_not_wait_for_the_archive(scene: Scene) -> None:
    for percentage in (10, 20, 30):
        scene.progress(percentage)
        scene.keeper.take()

    assert scene.covered == []


def test_a_damaged_file_does_not_count_as_covering(scene: Scene) -> None:
    take_three(scene)
    newest = scene.files.signed()[0]
    newest.write_bytes(newest.read_bytes()[:-1])

    scene.archiving.turn()

    assert scene.covered[-1] == {"w": 1}


def test_each_file_is_verified_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    verified = scene.files.verified
    monkeypatch.setattr(scene.files, "verified", lambda path: (looked.append(path), verified(path))[1])

    take_three(scene)
    scene.archiving.turn()

    assert sorted(looked) == sorted(scene.files.signed())


def test_a_store_that_cannot_be_used_is_told_of_until_it_can(scene: Scene) -> None:
    locked = [StoreUnavailable(path="db", reason="it is locked")]
    archiving = Archiving(scene.files, lambda covered: raised(locked))

    archiving.turn()

    assert "locked" in archiving.error
    archiving.turn()
    assert archiving.error == ""


def test_surplus_files_go_though_the_store_cannot_be_used(scene: Scene) -> None:
    scene.surplus = Surplus(scene.files, scene.store.checkpoints, "jarvis", 1)
    archiving = Archiving(scene.files, lambda covered: None, scene.surplus.forget)
    for percentage in (10, 20, 30):
        scene.progress(percentage)
        scene.keeper.take()
    scene.store.close()

    archiving.turn()

    assert len(scene.files.signed()) == 1
    assert archiving.error != ""


def raised(errors: list[StoreUnavailable]) -> None:
    if errors:
        raise errors.pop()
