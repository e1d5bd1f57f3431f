"""A run's beginning: a new epoch, the state of before, a death acted on once, and nothing left by a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import Fenced
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.liveness.marker import NAME
from jarvis_ctx.recovery import begin as beginning
from jarvis_ctx.recovery import reports, text
from tests.unit.recovery.beginning import Place


@pytest.fixture
def place(store_path: Path) -> Place:
    return Place(store_path)


def claim(journal: Journal, task: str) -> None:
    journal.append("TaskClaimed", task, {"method": "m", "key": f"{task}#1", "attempt": 1})


def test_the_first_run_finds_nothing_to_recover(place: Place) -> None:
    with place.run() as begun:
        assert (begun.run.epoch, begun.plan, begun.run.chain) == (1, None, begun.run.id)
        assert (place.marked, place.reports()) == (False, [])


@pytest.mark.parametrize("ending", ["closed", "exited", "SIGTERM", "SIGINT"])
def test_after_a_clean_end_nothing_is_recovered_and_a_new_chain_begins(place: Place, ending: str) -> None:
    with place.run(ending):
        pass

    with place.run() as begun:
        assert (begun.run.epoch, begun.plan, begun.run.chain) == (2, None, begun.run.id)


@pytest.mark.parametrize("ending", ["", "exception"])
def test_a_death_is_recovered_from_in_the_same_chain_and_reported_once(place: Place, ending: str) -> None:
    with place.run(ending) as dead:
        claim(dead.journal, "t")

    with place.run("closed") as begun:
        assert begun.plan is not None
        assert (begun.plan.report.recovered_run, begun.plan.suspects) == (dead.run.id, {"t"})
        assert (begun.run.chain, begun.run.epoch) == (dead.run.id, 2)
        assert begun.journal.writer.state.tasks["t"].in_flight == []
        assert (place.marked, place.reports()) == (False, ["recovery_report_jarvis.000002.json"])
    with place.run() as third:
        assert third.plan is None


def test_after_a_clean_end_the_log_names_a_checkpoint_file_that_has_rotted(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with place.run("closed"):
        pass
    rotten = place.path / "checkpoints" / "recovery_jarvis.20260101T000000.000000Z.pkl"
    rotten.parent.mkdir(exist_ok=True)
    rotten.write_bytes(b"rot")

    with place.run() as begun:
        assert begun.plan is None

    [said] = caplog.messages
    assert said.startswith(f"{rotten.name} did not verify. It was moved to ")
    assert not rotten.exists()


def test_what_the_dead_run_told_is_there_again(place: Place) -> None:
    with place.run() as dead:
        dead.journal.append("TaskProgressed", "t", {"percentage": 40})
        before = dead.journal.writer.picture()

    with place.run() as begun:
        state = begun.journal.writer.state

    assert state.tasks == before.tasks
    assert state.runs[dead.run.id].cause["cause"] == "killed"


def test_epochs_rise_even_when_all_but_one_of_their_keepers_are_gone(place: Place) -> None:
    for keeper in ("journal/marks", "run-jarvis.json", "jarvis_context.db"):
        with place.run():
            pass
        for other in ("journal/marks", "run-jarvis.json", "jarvis_context.db"):
            if other != keeper:
                (place.path / other).unlink()

    with place.run() as begun:
        assert begun.run.epoch == 4


def test_a_recovery_that_was_not_completed_is_begun_again_and_counted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.run() as dead:
        claim(dead.journal, "t")
    monkeypatch.setattr(beginning, "act", interrupt)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), place.run():
            pass
    monkeypatch.undo()

    marked = place.marked
    with place.run() as begun:
        assert begun.plan is not None
        assert (begun.plan.report.recovered_run, begun.plan.report.recoveries_begun) == (dead.run.id, 3)
        assert begun.plan.suspects == {"t"}
    assert (marked, place.marked) == (True, False)


@pytest.mark.parametrize("after", range(5))
def test_a_recovery_killed_between_any_two_of_its_events_is_completed_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    with place.run() as dead:
        claim(dead.journal, "t")
    append, left = Journal.finish, iter(range(after))
    del append
    original = beginning.act

    def killed(plan: Any, journal: Journal, *rest: Any) -> None:
        write = journal.append

        def counted(*arguments: Any) -> int:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return write(*arguments)

        journal.append = counted  # type: ignore[method-assign,assign]  # what a kill does, told to one object
        original(plan, journal, *rest)

    monkeypatch.setattr(beginning, "act", killed)
    if after < 3:
        with pytest.raises(KeyboardInterrupt), place.run():
            pass
    else:
        with place.run():
            pass
    monkeypatch.undo()

    with place.run() as begun:
        assert begun.plan is not None
        state = begun.journal.writer.state
        assert state.runs[dead.run.id].cause["cause"] == "killed"
        assert [a.outcome for a in state.tasks["t"].attempts.values()] == ["died"]
        assert begun.plan.suspects == ({"t"} if after < 3 else set())


def test_a_beginning_that_fails_leaves_nothing_open_and_the_next_one_begins(place: Place) -> None:
    with place.run():
        pass
    in_the_way = place.path / "recovery_report_jarvis.000002.json"
    in_the_way.mkdir()

    with pytest.raises(OSError, match="directory"), place.run():
        pass
    with place.run() as begun:
        assert begun.plan is not None
        assert begun.plan.report.recoveries_begun == 2


def test_a_marker_found_at_start_starts_a_recovery(place: Place) -> None:
    with place.run("closed"):
        pass
    (place.path / NAME).write_bytes(b"?")

    with place.run() as begun:
        assert begun.plan is not None
    assert not place.marked


def test_a_stale_run_is_refused_once_its_successor_has_begun(place: Place) -> None:
    with place.run() as stale:
        stale.journal.append("TaskProgressed", "t", {"percentage": 10})
        beginning.claim_epoch(stale.journal.marks, "jarvis", 2)
        with pytest.raises(Fenced):
            stale.journal.append("TaskProgressed", "t", {"percentage": 99})


def test_the_cause_that_an_interrupted_recovery_found_stands(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with place.run() as dead:
        error = {"place": "main", "type": "builtins.KeyError", "message": "x", "traceback": ""}
        dead.journal.append("ExceptionRaised", "builtins.KeyError", error)
    monkeypatch.setattr(reports, "write", interrupt)
    with pytest.raises(KeyboardInterrupt), place.run():
        pass
    monkeypatch.undo()

    with place.run() as begun:
        assert begun.plan is not None
        assert begun.plan.report.cause.cause == "exception"


def test_a_fault_dump_explains_the_one_death_that_it_belongs_to(place: Place) -> None:
    dump = place.path / "run-jarvis.fault"
    with place.run() as faulted:
        dump.write_text(f"Run {faulted.run.id}\nFatal Python error: Aborted\n")
    with place.run() as killed:
        assert killed.plan is not None
        assert (killed.plan.report.cause.cause, dump.exists()) == ("fatal-signal", False)
        dump.write_text(f"Run {faulted.run.id}\nFatal Python error: Aborted\n")

    with place.run() as begun:
        assert begun.plan is not None
        assert begun.plan.report.cause.cause == "killed"


ERROR = {"place": "main", "type": "builtins.KeyError", "message": "x", "traceback": ""}


def test_an_exception_of_a_forked_child_is_not_the_cause_of_its_parents_death(place: Place) -> None:
    with place.run() as dead:
        child = os.fork()
        if child == 0:
            dead.journal.append("ExceptionRaised", "builtins.KeyError", ERROR)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

    with place.run() as begun:
        assert begun.plan is not None
        assert [event.body for event in begun.rebuilt.state.exceptions] == [ERROR]
        assert begun.plan.report.cause.cause == "killed"


@pytest.mark.parametrize(("went_on", "cause"), [(False, "exception"), (True, "killed")])
def test_an_exception_after_which_the_run_went_on_did_not_end_it(place: Place, went_on: bool, cause: str) -> None:
    with place.run() as dead:
        dead.journal.append("ExceptionRaised", "builtins.KeyError", ERROR)
        if went_on:
            dead.journal.append("TaskProgressed", "t", {"percentage": 40})

    with place.run() as begun:
        assert begun.plan is not None
        assert begun.plan.report.cause.cause == cause


def test_a_journal_that_was_taken_away_before_anything_was_drained_is_reported_missing(place: Place) -> None:
    with place.run() as dead:
        dead.journal.append("TaskProgressed", "t", {"percentage": 40})
    shutil.rmtree(place.path / "journal")

    with place.run() as begun:
        assert begun.plan is not None
        [said] = begun.plan.report.damage
        headline = text.headline(begun.plan.report)

    assert "Nothing is lost" not in headline
    assert said.startswith(f"The journal of run {dead.run.id} is missing")
    with place.run() as after:
        assert after.plan is not None
        assert after.plan.report.damage == []


def test_a_run_of_which_only_its_report_is_left_is_reported_missing(place: Place) -> None:
    for _ in range(2):
        with place.run():
            pass
    (place.path / "run-jarvis.json").unlink()
    (place.path / "journal" / "marks").unlink()
    for segment in (place.path / "journal").glob("00000002*.seg"):
        segment.unlink()

    with place.run() as begun:
        assert begun.plan is not None
        [said] = begun.plan.report.damage

    assert said.startswith("The journal of the run that wrote recovery_report_jarvis.000002.json is missing")


def test_a_record_of_the_run_that_cannot_be_read_is_named(place: Place) -> None:
    with place.run():
        pass
    (place.path / "run-jarvis.json").write_bytes(bytes(100))

    with place.run() as begun:
        assert begun.plan is not None
        [said] = begun.plan.report.damage

    assert said.startswith("run-jarvis.json cannot be read")


def test_a_run_that_was_killed_before_its_first_event_has_no_missing_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.run():
        pass
    monkeypatch.setattr(beginning, "_started", interrupt)
    with pytest.raises(KeyboardInterrupt), place.run():
        pass
    monkeypatch.undo()

    with place.run() as begun:
        assert begun.plan is not None
        assert begun.plan.report.damage == []


def test_the_report_of_a_recovery_is_the_latest_readable_one(place: Place) -> None:
    with place.run():
        pass
    with place.run() as begun:
        (place.path / "recovery_report_jarvis.000009.json").write_bytes(b"{")
        kept = reports.latest(place.path, "jarvis")

    assert begun.plan is not None
    assert kept == begun.plan.report
    assert reports.latest(place.path, "nobody") is None


def interrupt(*arguments: Any) -> Any:
    raise KeyboardInterrupt
