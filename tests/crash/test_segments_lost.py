"""After a kill the segments are gone: what was drained is there, and the report names the numbers of the rest."""

from __future__ import annotations

import pytest

from tests.crash import told
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("interval", [0.01, 3600])
def test_losing_the_segments_loses_what_was_not_drained_and_names_it(stage: Stage, interval: float) -> None:
    stage.write_and_kill(least=0.05, settings={"drain_interval": interval})
    before = told.Told(stage.store)

    for path in (stage.store / "journal").glob("*.seg"):
        path.unlink()

    gone = before.beyond(stage.store)
    verdicts = stage.verify()
    report, said = verdicts.checked.report, stage.said()
    assert report is not None
    named = told.named(report.events_lost)
    assert gone - before.unacknowledged(said.acknowledged) <= named <= gone
    assert set(verdicts.events.lost) == before.calls(gone) & said.acknowledged
    assert set(verdicts.wrong().get("events", {})) <= {"lost"}
