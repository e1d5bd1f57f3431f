"""After a kill a part of the store is lost or damaged: what the other parts hold gives every acknowledged call back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.sidecar.database import condemned
from jarvis_ctx.storage.sqlite import soundness
from tests.crash import damage
from tests.crash.harness import CHECKPOINTING, Stage

pytestmark = pytest.mark.crash

DAMAGES = [
    damage.delete_database,
    damage.delete_database_and_log,
    damage.empty_database,
    damage.overwrite_database,
    damage.truncate_database,
    damage.delete_log,
    damage.delete_checkpoints,
    damage.delete_marks,
]


@pytest.mark.parametrize("harm", DAMAGES)
def test_no_acknowledged_call_is_lost_when_a_kill_is_followed_by_damage(
    stage: Stage, harm: Callable[[Path], None]
) -> None:
    for ending in ("kill", "close"):
        stage.write_and_kill()
        stage.write_and_kill()

        harm(stage.store)

        assert not stage.verify(ending=ending, whole=True).wrong()


@pytest.mark.parametrize("log", ["kept", "deleted"])
def test_no_acknowledged_call_is_lost_when_the_database_is_replaced_by_an_older_copy(
    stage: Stage, tmp_path: Path, log: str
) -> None:
    stage.write_and_kill()
    assert not stage.verify().wrong()
    damage.keep_database(stage.store, tmp_path / "backup")
    stage.write_and_kill()
    assert not stage.verify().wrong()
    stage.write_and_kill()

    if log == "deleted":
        damage.delete_log(stage.store)
    damage.put_back_database(stage.store, tmp_path / "backup")

    assert not stage.verify(whole=True).wrong()


def test_only_a_database_that_changed_after_its_log_is_read_whole_at_a_start(stage: Stage, tmp_path: Path) -> None:
    child, path = stage.open(calls=5), damage.database(stage.store)
    assert child.line() == "done"
    log = path.with_name(f"{path.name}-wal")
    while not (log.exists() and log.stat().st_size):
        assert child.lives_for(0.01)
    child.kill()

    assert not soundness.is_suspect(path)

    damage.keep_database(stage.store, tmp_path / "backup")
    damage.put_back_database(stage.store, tmp_path / "backup")
    opened_by_root(path)
    assert soundness.is_suspect(path)
    assert soundness.is_sound(path)


def opened_by_root(path: Path) -> None:
    """SQLite sets the owner of a log anew whenever root opens it, and so its time of change, for a look from beside."""
    log = path.with_name(f"{path.name}-wal")
    while log.stat().st_ctime_ns <= path.stat().st_ctime_ns:  # The clock of files ticks every few milliseconds.
        log.chmod(log.stat().st_mode & 0o777)


@pytest.mark.parametrize("harm", [damage.truncate, damage.flip_last_bit])
def test_a_damaged_checkpoint_is_named_and_the_next_layer_is_used(stage: Stage, harm: Callable[[Path], None]) -> None:
    stage.write(calls=60, **CHECKPOINTING)
    damage.delete_database_and_log(stage.store)
    newest = damage.signed_checkpoints(stage.store)[0]

    harm(newest)

    verdicts = stage.verify(whole=True)
    assert not verdicts.wrong()
    assert verdicts.checked.report is not None
    rejected, used = verdicts.checked.report.layers
    assert (rejected.layer, rejected.name, used.verdict) == ("checkpoint file", newest.name, "accepted")
    assert (used.layer, used.name) == ("JSON twin", newest.with_suffix(".json").name)


def test_an_older_checkpoint_is_used_when_the_newest_and_its_twin_are_damaged(stage: Stage) -> None:
    stage.write(calls=60, **CHECKPOINTING)
    damage.delete_database_and_log(stage.store)
    newest, older = damage.signed_checkpoints(stage.store)[:2]

    damage.truncate(newest)
    damage.truncate(newest.with_suffix(".json"))

    verdicts = stage.verify(whole=True)
    assert not verdicts.wrong()
    assert verdicts.checked.report is not None
    assert [layer.name for layer in verdicts.checked.report.layers][-1] == older.name


def test_a_database_that_turns_out_to_be_damaged_while_others_use_it_is_rebuilt_by_the_next_start(stage: Stage) -> None:
    stage.write(calls=20)
    assert not stage.verify().wrong()
    neighbour = stage.beside("neighbour").open(calls=1)
    assert neighbour.line() == "done"
    damage.spoil_events(stage.store)

    child = stage.open(calls=5)
    assert child.line() == "done"
    while not condemned(damage.database(stage.store)).exists():
        assert child.lives_for(0.01)
    child.kill()
    neighbour.kill()

    verdicts = stage.verify(whole=True)
    assert not verdicts.wrong()
    assert "turned out to be damaged while it was in use" in verdicts.checked.damage[0]
    assert not condemned(damage.database(stage.store)).exists()


@pytest.mark.parametrize("harm", [damage.delete_database, damage.delete_database_and_log, damage.overwrite_database])
def test_no_acknowledged_call_is_lost_when_the_database_goes_while_its_run_lives(
    stage: Stage, harm: Callable[[Path], None]
) -> None:
    stage.write(calls=20)
    child = stage.open(settings={"drain_interval": 0.01})

    harm(stage.store)
    stage.kill_within(child, 0.4, least=0.2)

    verdicts = stage.verify(whole=True)
    assert not verdicts.wrong()
    assert verdicts.checked.report is not None
    assert not verdicts.checked.report.events_lost
