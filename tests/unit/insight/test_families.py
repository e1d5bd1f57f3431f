"""Families: tasks that belong together, each with what led to it."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.insight.families import Most
from jarvis_ctx.insight.tasks import Wanted
from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.insight.planted import PlantedClock

ALL = Most(families=10, parts=10)


@pytest.fixture
def plant(manager: JarvisContextManager, clock: PlantedClock) -> Any:
    """Tell of a task and where it belongs; a second passes."""

    def tell(id: str, group: str, status: str = "completed", **part: Any) -> None:
        clock.advance(1)
        manager.update_task_progress(id, {"status": status, "part": {"group": group, **part}})

    return tell


def test_a_family_has_its_parts_in_order_with_what_led_to_them_and_stands_as_its_latest_run(
    manager: JarvisContextManager, plant: Any
) -> None:
    plant("run", "thread sunday", "waiting")
    plant("1", "thread sunday", name="look", of="run")
    plant("2", "thread sunday", "waiting", name="ask", of="run", after=["1", "gone"])

    (family,) = manager.insight.families(ALL)["items"]

    assert (family["group"], family["status"], family["left_out"]) == ("thread sunday", "blocked", 0)
    assert [(part["title"], part["status"], part["after"], part["within"]) for part in family["tasks"]] == [
        ("look", "completed", [], ""),
        ("ask", "blocked", ["1"], ""),
    ]


def test_unfinished_families_come_first_and_then_those_that_changed_last(
    manager: JarvisContextManager, plant: Any
) -> None:
    plant("a", "open", "running", name="a")
    plant("b", "earlier", name="b")
    plant("c", "later", name="c")

    found = manager.insight.families(Most(families=2, parts=10))

    assert ([family["group"] for family in found["items"]], found["left_out"]) == (["open", "later"], 1)
    assert [family["group"] for family in manager.insight.families(ALL, "earlier")["items"]] == ["earlier"]


def test_of_many_parts_the_latest_are_drawn(manager: JarvisContextManager, plant: Any) -> None:
    plant("1", "thread", name="one")
    plant("2", "thread", name="two", after=["1"])
    plant("3", "thread", name="three", after=["2"])

    (family,) = manager.insight.families(Most(families=1, parts=2))["items"]

    assert ([part["title"] for part in family["tasks"]], family["left_out"]) == (["two", "three"], 1)
    assert family["tasks"][0]["after"] == []


def test_a_part_lies_within_the_part_it_is_of_and_no_circle_and_no_depth_misleads(
    manager: JarvisContextManager, plant: Any
) -> None:
    plant("0", "thread", name="0", of="9")
    for number in range(1, 10):
        plant(str(number), "thread", name=str(number), of=str(number - 1), after=[str(number)])

    (family,) = manager.insight.families(ALL)["items"]

    assert [part["within"] for part in family["tasks"]] == ["", "0", "1", "2", "3", "3", "3", "3", "3", "3"]
    assert not any(part["after"] for part in family["tasks"])


@pytest.mark.parametrize("part", [7, "thread", {}, {"group": 7}, {"name": "look"}])
def test_what_is_no_part_is_a_task_like_any_other(manager: JarvisContextManager, part: Any) -> None:
    manager.update_task_progress("a", {"part": part})

    assert manager.insight.families(ALL) == {"items": [], "left_out": 0}
    assert manager.insight.board(Wanted(), 5)[2]["tasks"][0]["id"] == "a"


def test_the_board_counts_completed_parts_and_shows_what_they_are_part_of(
    manager: JarvisContextManager, plant: Any
) -> None:
    plant("run", "thread")
    plant("1", "thread", name="done", of="run")
    plant("2", "thread", "failed", name="failed", of="run")

    shown = {column["status"]: column for column in manager.insight.board(Wanted(), 5) if column["count"]}

    assert (shown["completed"]["count"], [task["id"] for task in shown["completed"]["tasks"]]) == (2, ["run"])
    assert [task["title"] for task in shown["failed"]["tasks"]] == ["failed"]


def test_the_tasks_of_a_group_are_paged(manager: JarvisContextManager, plant: Any) -> None:
    plant("other", "session 1", name="clerk")
    plant("run", "thread sunday")
    plant("1", "thread sunday", name="look", of="run")

    first, key = manager.insight.task_page(Wanted(group="thread sunday"), 1)
    rest, end = manager.insight.task_page(Wanted(group="thread sunday"), 1, key)

    assert ([task["id"] for task in first + rest], end) == (["run", "1"], None)
