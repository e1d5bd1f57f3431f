"""Agents: health by the last sign of life."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.insight.agents import Wanted
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.liveness.work import last_work
from jarvis_ctx.model.ids import RunId, TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import Attempt, TaskRecord
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.views import StoreView
from tests.unit.insight.planted import PlantedClock


def health(manager: JarvisContextManager) -> dict[str, str]:
    return {agent["id"]: agent["health"] for agent in manager.agents()}


def test_an_agent_is_alive_until_it_has_been_silent_for_stale_after(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    manager.heartbeat("parser")

    clock.advance(300)
    just = health(manager)
    clock.advance(1)

    assert (just, health(manager)) == ({"parser": "alive"}, {"parser": "stale"})


def test_an_agent_that_never_beat_is_judged_by_what_was_reported_of_it(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    manager.update_agent_state("editor", {"status": "busy"})

    before = health(manager)
    clock.advance(301)

    assert (before, health(manager)) == ({"editor": "alive"}, {"editor": "stale"})


def test_finding_an_agent_silent_is_no_sign_of_its_life(manager: JarvisContextManager, clock: PlantedClock) -> None:
    manager.heartbeat("parser")
    clock.advance(301)
    manager.journal.append("AgentStale", "parser", {})

    (agent,) = manager.agents()

    assert (agent["health"], agent["silent_for"]) == ("stale", 301)


def test_an_agent_that_left_is_gone_until_it_beats_again(manager: JarvisContextManager, clock: PlantedClock) -> None:
    manager.heartbeat("parser")
    manager.agent_gone("parser")
    left = health(manager)

    clock.advance(1)
    manager.heartbeat("parser")

    assert (left, health(manager)) == ({"parser": "gone"}, {"parser": "alive"})


def test_an_agent_that_only_a_waiting_task_names_is_unseen_and_shown_with_that_task(
    manager: JarvisContextManager,
) -> None:
    manager.update_task_progress("a", {"agent": "critic"})

    (agent,) = manager.agents()

    assert (agent["health"], agent["last_seen"], agent["tasks"]) == ("unseen", None, ["a"])


def test_an_agent_that_works_is_alive_without_a_beat(manager: JarvisContextManager, clock: PlantedClock) -> None:
    for agent in ("caller", "reporter", "sender", "decider", "idle"):
        manager.update_agent_state(agent, {"status": "ready"})
    clock.advance(301)

    manager.claims.run(TaskCall(method="work", task=TaskId("a"), agent="caller"), lambda: None)
    manager.update_task_progress("b", {"agent": "reporter", "percentage": 50, "status": "in_progress"})
    manager.log_agent_message("sender", "idle", "over to you")
    manager.log_decision("route", decision="left", agent="decider")

    alive = dict.fromkeys(("caller", "reporter", "sender", "decider"), "alive")
    assert health(manager) == {**alive, "idle": "stale"}


def test_a_call_that_a_recovery_found_cut_off_is_no_sign_of_life() -> None:
    died = Attempt(method="m", run=RunId("r"), number=1, claimed=5, key="k", ended=90, outcome="died")
    task = TaskRecord(
        id=TaskId("t"), created=5, updated=(90, "w", 1), chain=RunId("r"), agent="parser", attempts={"k": died}
    )

    assert last_work(State(name="x", tasks={"t": task})) == {"parser": 5}


def test_when_the_program_has_ended_its_agents_have_but_who_was_silent_before_stays_stale(
    store_path: Path, clock: PlantedClock
) -> None:
    with JarvisContextManager(store_path, clock=clock, handle_signals=False) as manager:
        manager.heartbeat("silent")
        clock.advance(301)
        manager.heartbeat("parser")
    clock.advance(3600)

    view = StoreView(load({"path": store_path}, environ={}), clock)
    found = {agent["id"]: agent["health"] for agent in Insight(view).agents()}
    view.close()

    assert found == {"parser": "ended", "silent": "stale"}


def test_details_of_beats_and_reports_come_back_as_they_were_given(manager: JarvisContextManager) -> None:
    manager.update_agent_state("parser", {"status": "busy", "files": ("a", "b")})
    manager.heartbeat("parser", load={1, 2})

    (agent,) = manager.agents()

    assert (agent["status"], agent["details"]) == ("busy", {"files": ("a", "b"), "load": {1, 2}})


def test_a_beats_details_come_back_though_they_look_like_ours(manager: JarvisContextManager) -> None:
    manager.heartbeat("parser", schema={"$ref": "#/x"}, pair=(1, 2))

    (agent,) = manager.agents()

    assert agent["details"] == {"schema": {"$ref": "#/x"}, "pair": (1, 2)}


def working(manager: JarvisContextManager, **task: object) -> None:
    manager.update_task_progress("a", {"agent": "parser", "status": "in_progress", **task})


def beat_for(manager: JarvisContextManager, clock: PlantedClock, seconds: int, **details: object) -> None:
    for _ in range(seconds // 100):
        clock.advance(100)
        manager.heartbeat("parser", **details)


def test_an_agent_that_beats_without_progress_in_its_task_is_stuck_and_not_stale(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    working(manager)
    beat_for(manager, clock, 1800)

    before = health(manager)
    beat_for(manager, clock, 200)

    assert (before, health(manager)) == ({"parser": "alive"}, {"parser": "stuck"})
    assert manager.status()["stuck_agents"] == ["parser"]


def test_progress_of_its_task_or_news_in_its_beats_is_no_standstill(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    working(manager)
    beat_for(manager, clock, 2000)

    working(manager, percentage=1)
    reported = health(manager)
    beat_for(manager, clock, 2000)
    manager.heartbeat("parser", epoch=17)

    assert (reported, health(manager)) == ({"parser": "alive"}, {"parser": "alive"})


def test_an_agent_without_work_in_hand_is_never_stuck(manager: JarvisContextManager, clock: PlantedClock) -> None:
    manager.update_task_progress("a", {"agent": "parser", "status": "completed"})
    working_on_blocked = {"agent": "parser", "status": "in_progress", "blockers": ["b"]}
    manager.update_task_progress("c", working_on_blocked)

    beat_for(manager, clock, 4000)

    assert health(manager) == {"parser": "alive"}


def test_a_page_of_agents_names_some_of_their_tasks_and_counts_all(manager: JarvisContextManager) -> None:
    for number in range(6):
        agent = ("ada", "grace", "linus")[number // 2 % 3]
        manager.update_task_progress(f"task-{number}", {"status": "in_progress", "agent": agent})

    first = manager.insight.agent_page(Wanted(tasks=1), 2)
    rest = manager.insight.agent_page(Wanted(tasks=1), 2, first["last"])

    assert [(one["id"], one["tasks"], one["open"]) for one in first["items"]] == [
        ("ada", ["task-0"], 2),
        ("grace", ["task-2"], 2),
    ]
    assert [one["id"] for one in rest["items"]] == ["linus"]
    assert (rest["last"], rest["total"], rest["counts"]["alive"]) == (None, 3, 3)
