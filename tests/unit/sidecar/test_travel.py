"""Going back: live, by request and by hand; the same from every layer, undone by its own point, never half done."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jarvis_ctx import settings
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.checkpoint.contents import contents
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import AlreadyRunning, CorruptData, NoStore, NotTheOwner, StoreInUse, UnknownMoment
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.checkpoints import request_point
from jarvis_ctx.sidecar.pen import pen, sealing_behind
from jarvis_ctx.sidecar.travel import request_restore, restore_offline
from tests.unit.capture.keeping import Target


def at(path: Path) -> Settings:
    return settings.load({"path": path}, environ={})


def call(task: str) -> TaskCall:
    return TaskCall(method="assign_task", task=TaskId(task))


def go_on(manager: JarvisContextManager) -> None:
    """What is done after the point."""
    manager.update_task_progress("a", {"percentage": 90})
    manager.update_task_progress("b", {"percentage": 5})
    manager.log_decision("route", {}, "right", "why", None)
    manager.set_attribute("queue", (1, 2))


def state_of(path: Path) -> State:
    view = open_view(path)
    try:
        return view.state()
    finally:
        view.close()


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    """A live sidecar with the point `noon`, after which it went on."""
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("a", {"percentage": 10})
        manager.log_decision("route", {}, "left", "why", None)
        manager.mark_recovery_point("noon")
        go_on(manager)
        yield manager


def test_after_going_back_nothing_differs_from_the_point(manager: JarvisContextManager) -> None:
    manager.restore("noon")

    assert manager.diff("noon").empty
    assert ([task["id"] for task in manager.tasks()], len(manager.decisions())) == (["a"], 1)
    assert manager.attributes() == {}


def test_going_back_is_undone_by_the_point_it_marked(manager: JarvisContextManager) -> None:
    before = contents(manager.journal.writer.state)
    restored = manager.restore("noon")

    manager.restore(restored.undo)

    assert [task["percentage"] for task in manager.tasks()] == [90, 5]
    assert [decision.decision for decision in manager.decisions()] == ["left", "right"]
    assert len(before) > 0
    assert manager.diff(restored.undo).empty


def test_what_was_left_stays_readable(manager: JarvisContextManager) -> None:
    restored = manager.restore("noon")

    found = manager.diff(restored.undo)

    assert [(change.id, change.change) for change in found.tasks] == [("a", "changed"), ("b", "removed")]
    assert [(said.only_in, said.entry.decision) for said in found.decisions] == [("a", "right")]  # type: ignore[union-attr]


def test_the_tables_show_the_branch_that_counts(manager: JarvisContextManager, store_path: Path) -> None:
    manager.flush()

    manager.restore("noon")
    manager.flush()

    with sqlite3.connect(f"file:{store_path / 'jarvis_context.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT task_id, percentage FROM task_progress").fetchall()
    database.close()
    assert rows == [("a", 10.0)]


def test_the_tables_have_the_calls_that_run_while_it_goes_back(manager: JarvisContextManager, store_path: Path) -> None:
    manager.claims.begin(call("called"), alone=False)
    manager.flush()

    manager.restore("noon")
    manager.flush()

    with sqlite3.connect(f"file:{store_path / 'jarvis_context.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT task_id, status FROM task_progress ORDER BY task_id").fetchall()
    database.close()
    assert rows == [("a", "pending"), ("called", "in_progress")]


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_what_returned_after_going_back_is_undone_and_brought_back_like_all_else(store_path: Path, store: str) -> None:
    with JarvisContextManager(store_path, store=store, handle_signals=False) as manager:
        manager.mark_recovery_point("noon")
        running = manager.claims.begin(call("called"), alone=False)
        first = manager.restore("noon")
        manager.claims.finished(running, call("called"), "done")

        second = manager.restore(first.undo)
        undone = [task.undone for task in manager.journal.writer.state.tasks.values()]
        manager.restore(second.undo)

        (task,) = manager.tasks()
        assert (undone, task["status"], task["interrupted"]) == ([True], "completed", False)


@contextmanager
def worker(manager: JarvisContextManager) -> Iterator[Writer]:
    """Another process's pen in the same run."""
    journal = manager.journal
    journal.hearing.forked()
    state = fold.empty(manager.run.name, 1)
    beside = pen(manager.run.name, journal.folder, journal.marks, state, SystemClock(), None, manager.run.id)
    with sealing_behind(beside):
        yield beside


CLAIM = {"method": "assign_task", "key": "assign_task#1.7-1", "attempt": 1}
END = {"key": CLAIM["key"], "result": "done"}


def test_a_point_holds_what_a_worker_was_told_had_returned(store_path: Path) -> None:
    with (
        JarvisContextManager(store_path, drain_interval=3600, handle_signals=False) as manager,
        worker(manager) as beside,
    ):
        beside.append("TaskClaimed", "theirs", CLAIM)
        beside.append("TaskFinished", "theirs", END)
        manager.mark_recovery_point("noon")

        manager.restore("noon")

        assert [task["status"] for task in manager.tasks()] == ["completed"]


def test_a_workers_running_call_goes_on_when_its_orchestrator_goes_back(store_path: Path) -> None:
    with (
        JarvisContextManager(store_path, drain_interval=3600, handle_signals=False) as manager,
        worker(manager) as beside,
    ):
        manager.mark_recovery_point("noon")
        beside.append("TaskClaimed", "theirs", CLAIM)

        manager.restore("noon")

        in_flight = [task["in_flight"] for task in manager.tasks()]
        beside.append("TaskFinished", "theirs", END)
        manager.journal.catch_up()
        assert (in_flight, [task["status"] for task in manager.tasks()]) == ([True], ["completed"])


def test_the_sidecar_makes_no_call_again_that_was_begun_after_the_point_until_the_restore_is_undone(
    store_path: Path,
) -> None:
    begun = TaskCall(method="assign_task", task=TaskId("late"), made={"args": ["late"]})
    first = JarvisContextManager(store_path, resume="redispatch", handle_signals=False)
    first.mark_recovery_point("noon")
    first.claims.begin(begun, alone=False)
    first.close("exception")
    made: list[str] = []

    with JarvisContextManager(store_path, resume="redispatch", handle_signals=False) as second:
        assert second.again is not None
        second.again.offer(Target(made.append))
        restored = second.restore("noon")
        second.resume()
        before = list(made)
        second.restore(restored.undo)
        second.resume()

    assert (before, made) == ([], ["late"])


@pytest.mark.parametrize("asked", ["restore", "checkpoint", "mark_recovery_point"])
def test_what_is_asked_for_in_the_middle_of_this_threads_own_append_is_refused_at_once(
    manager: JarvisContextManager, asked: str
) -> None:
    number = manager.journal.writer.number

    with pytest.raises(StoreInUse):
        manager.journal.writer.undisturbed(lambda: getattr(manager, asked)("noon"))

    assert (manager.journal.writer.number, manager.journal.writer.state.restores) == (number, [])
    getattr(manager, asked)("noon")


def lose_nothing(store: Path) -> None:
    """All layers are there."""


def lose_the_database(store: Path) -> None:
    for path in store.glob("jarvis_context.db*"):
        path.unlink()


def lose_the_checkpoint_files(store: Path) -> None:
    shutil.rmtree(store / "checkpoints")


def lose_the_signed_files(store: Path) -> None:
    for path in (store / "checkpoints").glob("*.pkl"):
        path.write_bytes(b"rot")


def lose_every_checkpoint(store: Path) -> None:
    lose_the_database(store)
    lose_the_checkpoint_files(store)


LOSSES = [lose_nothing, lose_the_database, lose_the_checkpoint_files, lose_the_signed_files, lose_every_checkpoint]


@pytest.mark.parametrize("lose", LOSSES)
def test_every_layer_gives_the_same_state_after_going_back(
    manager: JarvisContextManager, store_path: Path, tmp_path: Path, lose: object
) -> None:
    running = manager.claims.begin(call("called"), alone=False)
    manager.restore("noon")
    manager.claims.finished(running, call("called"), "done")
    manager.update_task_progress("c", {"percentage": 1})
    manager.flush()
    manager.checkpoint()
    manager.update_task_progress("c", {"percentage": 2})
    copy = Path(shutil.copytree(store_path, tmp_path / "copy"))

    lose(copy)  # type: ignore[operator]

    found, live = (msgspec.json.decode(contents(state)) for state in (state_of(copy), manager.journal.writer.state))
    assert found == live


def test_a_point_whose_copies_are_damaged_is_gone_back_to_by_its_events(
    manager: JarvisContextManager, store_path: Path
) -> None:
    for path in (store_path / "checkpoints").glob("*"):
        path.write_bytes(path.read_bytes()[:-9])

    manager.restore("noon")

    point = manager.recovery_points()[0]
    assert ([task["percentage"] for task in manager.tasks()], point.kept) == ([10], "both")


def test_a_time_and_the_end_of_a_run_can_be_gone_back_to(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as first:
        first.update_task_progress("a", {"percentage": 10})
    with JarvisContextManager(store_path, handle_signals=False) as second:
        go_on(second)

        second.restore(first.run.id)

        assert [task["percentage"] for task in second.tasks()] == [10]


def test_the_owner_goes_back_when_it_is_asked(manager: JarvisContextManager, store_path: Path) -> None:
    restored = request_restore(at(store_path), "noon")

    assert manager.journal.writer.state.restores[-1] == restored
    assert [task["percentage"] for task in manager.tasks()] == [10]


def test_the_owner_marks_a_point_when_it_is_asked(manager: JarvisContextManager, store_path: Path) -> None:
    header = request_point(at(store_path), "evening")

    assert [(point.label, point.verifies) for point in manager.recovery_points()] == [("noon", True), ("evening", True)]
    assert header.label == "evening"


def test_a_store_nobody_runs_is_taken_back_by_hand_and_the_next_run_carries_on_there(
    manager: JarvisContextManager, store_path: Path
) -> None:
    manager.close()

    restored = restore_offline(at(store_path), "noon")

    assert len(state_of(store_path).runs) == 1
    with JarvisContextManager(store_path, handle_signals=False) as later:
        assert [task["percentage"] for task in later.tasks()] == [10]
        later.restore(restored.undo)
        assert [task["percentage"] for task in later.tasks()] == [90, 5]


def test_after_going_back_by_hand_nothing_differs_from_the_point(
    manager: JarvisContextManager, store_path: Path
) -> None:
    manager.close()

    restore_offline(at(store_path), "noon")

    view = open_view(store_path)
    assert Insight(view).diff("noon").empty
    view.close()


def test_a_live_store_is_not_taken_back_by_hand(manager: JarvisContextManager, store_path: Path) -> None:
    with pytest.raises(AlreadyRunning):
        restore_offline(at(store_path), "noon")


def test_a_folder_without_a_store_is_left_without_one(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        restore_offline(at(tmp_path / "nowhere"), "noon")

    assert list(tmp_path.iterdir()) == []


def test_a_moment_nobody_knows_is_refused_with_the_nearest_name(manager: JarvisContextManager) -> None:
    with pytest.raises(UnknownMoment, match="did you mean noon"):
        manager.restore("noom")

    assert manager.journal.writer.state.restores == []


def test_a_manager_that_is_closed_goes_nowhere(manager: JarvisContextManager) -> None:
    manager.close()

    with pytest.raises(NotTheOwner):
        manager.restore("noon")


def test_a_moment_of_which_nothing_is_left_is_refused(manager: JarvisContextManager, store_path: Path) -> None:
    manager.flush()
    manager.close()
    shutil.rmtree(store_path / "checkpoints")
    lose_the_database(store_path)
    for path in (store_path / "journal").glob("*.seg"):
        path.write_bytes(path.read_bytes()[:600])

    with pytest.raises((CorruptData, UnknownMoment)):
        restore_offline(at(store_path), "noon")


DOINGS = st.lists(st.sampled_from(["progress", "more", "decide", "set", "mark", "agent", "checkpoint"]), max_size=6)


def do(manager: JarvisContextManager, doing: str, number: int) -> None:
    """One of the doings, with `number` in it."""
    doings: dict[str, Callable[[], object]] = {
        "progress": lambda: manager.update_task_progress("a", {"percentage": number}),
        "more": lambda: manager.update_task_progress(f"t{number}", {"blockers": ["a"]}),
        "decide": lambda: manager.log_decision("route", {"n": number}, (number,), None, None),
        "set": lambda: manager.set_attribute("queue", {number}),
        "mark": lambda: manager.mark_recovery_point(f"p{number}"),
        "agent": lambda: manager.update_agent_state("parser", {"status": str(number)}),
        "checkpoint": lambda: manager.checkpoint(),
    }
    doings[doing]()


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=DOINGS, after=DOINGS, data=st.data())
def test_whatever_was_done_going_back_to_a_point_leaves_no_difference(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str], data: st.DataObject
) -> None:
    with JarvisContextManager(tmp_path_factory.mktemp("store") / "s", store="memory", handle_signals=False) as manager:
        for number, doing in enumerate([*before, "mark", *after]):
            do(manager, doing, number)
        point = data.draw(st.sampled_from([point.id for point in manager.recovery_points()]))

        first = manager.restore(point)
        empty, back = manager.diff(point).empty, manager.restore(first.undo)

        assert empty
        assert manager.diff(first.undo).empty
        assert manager.diff(back.undo, point).empty
