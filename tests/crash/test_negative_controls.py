"""The harness finds what it is there to find: each break, planted in a child, makes it say so."""

from __future__ import annotations

import pytest

from tests.crash import damage
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

UNDRAINED = {"drain_interval": 3600}


def test_the_harness_finds_a_writer_that_buffers(stage: Stage) -> None:
    stage.write_and_kill(least=0.05, plant="buffered_writer")

    verdicts = stage.verify()

    assert verdicts.events.lost
    assert verdicts.database.lost


def test_the_harness_finds_an_acknowledgement_that_comes_before_the_write(stage: Stage) -> None:
    for _ in range(5):
        stage.write_and_kill(least=0.02, plant="early_acknowledgement")

    verdicts = stage.verify()

    assert verdicts.events.lost
    assert verdicts.database.lost


def test_the_harness_finds_a_drain_that_forgets_how_far_it_came(stage: Stage) -> None:
    stage.write_and_kill(least=0.05, settings=UNDRAINED)

    verdicts = stage.verify(plant="forgetful_drain")

    assert verdicts.database.lost
    assert not verdicts.events.lost


@pytest.mark.parametrize("checked", [True, False])
def test_the_harness_finds_a_digest_that_is_not_checked(stage: Stage, checked: bool) -> None:
    stage.write(calls=12, settings=UNDRAINED)
    damage.change_a_letter(stage.store)

    verdicts = stage.verify(plant="" if checked else "digest_not_checked")

    assert bool(verdicts.events.changed) is not checked
    assert bool(verdicts.events.lost) is checked


def test_the_harness_finds_an_epoch_that_is_not_compared(stage: Stage) -> None:
    stale = stage.stopped(plant="epoch_not_compared")
    assert stage.open(calls=10).line() == "done"

    stale.go_on()
    assert stale.line() == "acknowledged"
    stage.server.clear()

    assert stage.verify().state.outdated
