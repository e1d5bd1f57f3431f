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
    report, gone = verdicts.checked.report, set(range(known + 1, written.last + 1))
    assert report is not None
    named = {n for first, last in report.events_lost.get(written.writer, []) for n in range(first, last + 1)}
    assert gone - {written.last} <= named <= gone, "all but the last call, which nobody was told had succeeded"
    assert len(verdicts.events.lost) <= len(gone)
    assert set(verdicts.wrong().get("events", {})) <= {"lost"}
