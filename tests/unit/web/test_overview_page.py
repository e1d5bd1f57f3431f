"""The overview and its strip: what they say of a process that is dead, and of one that captures nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.web.pages import page

GAVE_UP = "It is not started again: it was restarted 5 times within 10 min."
ENDED = {
    "last_death": "It ended with exit code 3.",
    "last_ended": "2026-11-21T09:30:12.000Z",
    "last_failed": True,
    "last_runs": ["x.1"],
}
DAY = datetime(2026, 11, 21, tzinfo=UTC)
SUPERVISOR = {"alive": False, "killed": False, "restarts": 5, "child": None, "command": ["python", "x.py"]}


@pytest.fixture
def live(store_path: Path) -> dict[str, Any]:
    """The status of an orchestrator that runs."""
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        return manager.status()


def overview(status: dict[str, Any], **supervisor: Any) -> str:
    by = {**SUPERVISOR, **ENDED, "gave_up": "", **supervisor}
    return page("overview", status={**status, "supervisor": by}, runs=[])


def test_of_a_dead_one_it_says_how_it_died_that_it_is_not_started_again_and_what_died_last(
    live: dict[str, Any],
) -> None:
    run = {**live["run"], "sentence": "It ended with an uncaught exception, KeyError."}

    shown = overview({**live, "state": "dead", "run": run}, gave_up=GAVE_UP)

    assert [said for said in (run["sentence"], GAVE_UP, ENDED["last_death"]) if said not in shown] == []
    assert "without a word" not in shown


def test_a_first_run_that_just_begins_is_shown(live: dict[str, Any]) -> None:
    assert "which begins its first run" in overview({**live, "state": "live", "pid": 7, "run": None})


@pytest.mark.parametrize(("bare", "offers"), [(True, False), (False, True)])
def test_where_nothing_was_captured_no_point_can_be_marked(bare: bool, offers: bool) -> None:
    assert ("data-mark" in page("points", points=[], bare=bare, may=lambda scope: True)) == offers


def test_the_death_of_the_run_itself_is_told_once(live: dict[str, Any]) -> None:
    run = {**live["run"], "sentence": "It ended with an uncaught exception, KeyError."}

    shown = overview({**live, "state": "dead", "run": run}, last_runs=[run["id"]])

    assert ENDED["last_death"] not in shown


@pytest.mark.parametrize(
    ("failed", "said", "warns"), [(True, "The last process died", 1), (False, "The last process ended", 0)]
)
def test_only_a_failure_of_what_captures_nothing_is_a_warning(
    live: dict[str, Any], failed: bool, said: str, warns: int
) -> None:
    shown = overview({**live, "state": "empty"}, last_failed=failed)

    assert f'{said} <time datetime="{ENDED["last_ended"]}"' in shown
    assert shown.count('class="notice"') == warns


@pytest.mark.parametrize(("watched", "said"), [(7, "runs, captures nothing"), (None, "no run yet")])
def test_the_strip_says_that_a_process_runs_which_captures_nothing(watched: int | None, said: str) -> None:
    status = {"state": "empty", "run": None, "last_event": None, "events": 0, "tasks": 0, "watched": watched}

    assert said in page("strip", status=status)


def test_of_an_event_that_does_not_fit_the_rest_can_be_opened() -> None:
    told = {"time": ENDED["last_ended"], "kind": "TaskFailed", "subject": "a", "writer": "w", "number": 1}
    events = [{**told, "body": {"error": f"{'x' * 200} the end"}}, {**told, "body": {"error": "small"}}]

    given = {"asked": {}, "kinds": [], "axis": None, "link": lambda **_: "/"}
    shown = page("timeline", page={"items": events, "next": None}, **given)

    assert (shown.count("<details>"), "the end" in shown.split("</summary>")[1]) == (1, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Events appear with the first run."),
        ({"kind": "RunDied"}, "None of this kind"),
        ({"kind": "RunDied", "since": DAY}, "was captured in this window."),
        ({"since": DAY}, "Nothing was captured in this window."),
    ],
)
def test_a_timeline_without_events_says_why(asked: dict[str, Any], said: str) -> None:
    shown = page("timeline", page={"items": [], "next": None}, asked=asked, kinds=[], axis=None, link=lambda **_: "/")

    assert said in shown
