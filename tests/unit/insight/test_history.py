"""The past, page by page: whole and in order, over restores, undrained events and a store that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.insight.timeline import Wanted
from jarvis_ctx.model.event import Stamp
from jarvis_ctx.sidecar import JarvisContextManager

Page = tuple[list[dict[str, Any]], Stamp | None]


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    with JarvisContextManager(store_path, handle_signals=False, history_size=3, drain_interval=3600) as manager:
        for number in range(10):
            manager.log_decision("route", number, "ada", "she knows", "well")
            manager.update_task_progress("task-1", {"percentage": number})
        manager.flush()
        for number in range(10, 15):
            manager.log_decision("route", number, "ada", "she knows", "well")
        yield manager


def walked(page: Callable[[Stamp | None], Page]) -> list[dict[str, Any]]:
    lines, before = page(None)
    while before is not None:
        more, before = page(before)
        lines += more
    return lines


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_each_decision_is_told_once_drained_or_not(manager: JarvisContextManager, limit: int) -> None:
    found = walked(lambda before: manager.insight.said_page("DecisionLogged", limit, before))

    assert [line["context"] for line in found] == list(range(14, -1, -1))


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_timeline_of_all_kinds_has_each_event_once_in_order(manager: JarvisContextManager, limit: int) -> None:
    found = walked(lambda before: manager.insight.timeline_page(Wanted(), limit, before))

    numbers = [line["number"] for line in found]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == manager.status()["events"]


def test_what_a_restore_has_left_is_no_longer_said_and_still_happened(manager: JarvisContextManager) -> None:
    manager.mark_recovery_point("noon")
    manager.log_decision("route", "left behind", "ada", "she knows", "well")
    manager.restore("noon")
    manager.log_decision("route", "after", "ada", "she knows", "well")

    said = walked(lambda before: manager.insight.said_page("DecisionLogged", 4, before))
    happened = walked(lambda before: manager.insight.timeline_page(Wanted(kinds=("DecisionLogged",)), 4, before))

    assert [line["context"] for line in said][:2] == ["after", 14]
    assert [line["body"]["context"] for line in happened][:3] == ["after", "left behind", 14]


def test_events_before_the_time_that_is_wanted_are_not_told(manager: JarvisContextManager) -> None:
    events, _ = manager.insight.timeline_page(Wanted(), 1000)
    since = manager.journal.writer.state.stamp[0]

    found = walked(lambda before: manager.insight.timeline_page(Wanted(since=since), 2, before))

    assert found == events[:1]


def test_while_the_store_cannot_be_used_the_newest_are_there(
    manager: JarvisContextManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise StoreUnavailable(path="p", reason="it is locked")

    monkeypatch.setattr(manager._view.queries, "entries", locked)

    found = walked(lambda before: manager.insight.said_page("DecisionLogged", 2, before))

    assert [line["context"] for line in found][:3] == [14, 13, 12]
