"""SIGKILL in the middle of opening, checkpointing, archiving, healing and recovering."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import sign
from tests.crash import damage
from tests.crash.harness import CHECKPOINTING, Stage

pytestmark = pytest.mark.crash

OPENING = 0.12
"""Seconds in which a store is opened, made or recovered, on a slow day."""
HEALING = 0.5
"""Seconds in which a database of a few rounds goes and is made anew, and a while longer."""
SMALL = {"segment_bytes": 16_384}


def test_a_store_opens_after_any_number_of_kills_while_it_was_made(stage: Stage) -> None:
    for _ in range(6):
        stage.begin_anew()

        for _ in range(3):
            stage.kill_within(stage.begin(), OPENING)

        assert not stage.verify().wrong()


def test_a_store_opens_after_any_number_of_kills_while_it_was_opened(stage: Stage) -> None:
    stage.write_and_kill()

    for _ in range(4):
        for _ in range(3):
            stage.kill_within(stage.begin(), OPENING)
        assert not stage.verify(ending=stage.random.choice(["close", "kill"])).wrong()

    assert not stage.verify(whole=True).wrong()


def test_every_checkpoint_is_whole_after_kills_while_they_were_taken(stage: Stage) -> None:
    stage.write(calls=60, **CHECKPOINTING)
    for _ in range(8):
        stage.write_and_kill(0.2, **CHECKPOINTING)

    points = damage.signed_checkpoints(stage.store)
    files = CheckpointFiles(stage.store, "jarvis", sign.load_key(stage.store / "secret.key"))
    assert len([files.load(point) for point in points]) > 2
    assert not stage.verify(whole=True).wrong()


def test_no_acknowledged_call_is_lost_by_kills_while_segments_were_archived(stage: Stage) -> None:
    stage.write(calls=200, settings=SMALL, **CHECKPOINTING)
    for _ in range(3):
        for _ in range(3):
            stage.write_and_kill(0.3, settings=SMALL, **CHECKPOINTING)
        assert not stage.verify(settings=SMALL).wrong()

    damage.delete_database_and_log(stage.store)

    assert len(list((stage.store / "journal" / "archive").iterdir())) > 5
    assert not stage.verify(whole=True, settings=SMALL).wrong()


@pytest.mark.parametrize("harm", [damage.delete_database, damage.delete_database_and_log, damage.overwrite_database])
def test_no_acknowledged_call_is_lost_by_kills_while_the_database_is_made_anew(
    stage: Stage, harm: Callable[[Path], None]
) -> None:
    stage.write(calls=60)

    for _ in range(3):
        child = stage.open(plant="eager_look", settings=SMALL | {"drain_interval": 0.01})
        harm(stage.store)
        stage.kill_within(child, HEALING)

    assert not stage.verify(whole=True, settings=SMALL).wrong()


def test_after_three_recoveries_that_were_killed_the_fourth_changes_no_call_and_loses_nothing(stage: Stage) -> None:
    stage.write_and_kill(least=0.05)

    died = [stage.recover(plant="dies_recovering").wait() for _ in range(3)]
    fourth = stage.verify(ending="kill", whole=True, settings={"resume": "skip"})
    fifth = stage.verify(whole=True, settings={"resume": "skip"})

    assert died == [-9, -9, -9]
    assert (fourth.wrong(), fifth.wrong()) == ({}, {})
    assert fourth.checked.report is not None
    assert fourth.checked.report.resume_refused.startswith("3 recoveries in a row were not completed")
    assert fifth.checked.report is not None
    assert (fifth.checked.report.resume, fifth.checked.report.resume_refused) == ("skip", "")


def test_a_recovery_that_was_killed_gives_the_state_of_an_undisturbed_one(stage: Stage, tmp_path: Path) -> None:
    stage.write_and_kill(least=0.05)
    dead = shutil.copytree(stage.store, tmp_path / "dead")
    undisturbed = stage.verify(whole=True).checked

    for _ in range(4):
        shutil.rmtree(stage.store)
        shutil.copytree(dead, stage.store)
        for _ in range(3):
            child = stage.recover()
            assert child.line() == "recovering"
            stage.kill_within(child, undisturbed.opened * 1.1)
        checked = stage.verify(whole=True).checked
        assert checked.contents == undisturbed.contents
        assert checked.report is not None
        assert not checked.report.events_lost
