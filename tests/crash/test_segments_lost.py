"""After a kill the segments are gone: what was drained is there, and the report names the numbers of the rest."""

from __future__ import annotations

import pytest

from jarvis_ctx.journal.read import read_segment
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def drained(stage: Stage, writer: str) -> int:
    """How far the database has come with a writer."""
    store = SqliteStore(stage.store / DATABASE, viewer=True)
    try:
        return store.events.watermarks().get(writer, 0)
    finally:
        store.close()


@pytest.mark.parametrize("interval", [0.01, 3600])
def test_losing_the_segments_loses_what_was_not_drained_and_names_it(stage: Stage, interval: float) -> None:
    stage.write_and_kill(least=0.05, settings={"drain_interval": interval})
    (written,) = [s for path in (stage.store / "journal").glob("*.seg") if (s := read_segment(path)).frames]
    known = drained(stage, written.writer)

    for path in (stage.store / "journal").glob("*.seg"):
        path.unlink()

    verdicts = stage.verify()
    report = verdicts.checked.report
    assert report is not None
    ((first, last),) = report.events_lost[written.writer]
    assert (first, written.last - last) in [(known + 1, 0), (known + 1, 1)], "the last call may not have been noted yet"
    assert len(verdicts.events.lost) <= last - known
    assert set(verdicts.wrong()["events"]) == {"lost"}
