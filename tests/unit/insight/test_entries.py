"""Decisions, messages, conversation: what was said, exactly, however long ago."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import BadValue, StoreUnavailable
from jarvis_ctx.insight import entries
from jarvis_ctx.sidecar import JarvisContextManager

EXACT = {"pair": (1, 2), "day": datetime.date(2026, 11, 21), "raw": b"\0", "set": {1}, 7: None}


class Down:
    """A store that cannot be used."""

    def orchestrators(self) -> list[str]:
        raise StoreUnavailable(path="there", reason="it is gone")

    def facts(self) -> dict[str, Any]:
        raise StoreUnavailable(path="there", reason="it is gone")

    def entries(
        self, orchestrator: str, kind: str, limit: int, before: int | None = None, subject: str | None = None
    ) -> list[Any]:
        raise StoreUnavailable(path="there", reason="it is gone")


def test_values_come_back_exactly_as_they_were_given(manager: JarvisContextManager) -> None:
    manager.log_decision("route", EXACT, (1,), "why", None, sure=EXACT)
    manager.log_agent_message("a", "b", EXACT)
    manager.add_message("user", EXACT)
    manager.set_attribute("queue", EXACT)

    decision, message, turn = manager.decisions()[0], manager.messages()[0], manager.conversation()[0]

    assert (decision.context, decision.decision, decision.details) == (EXACT, (1,), {"sure": EXACT})
    assert (message.content, turn.content, manager.attributes()) == (EXACT, EXACT, {"queue": EXACT})


def test_what_the_state_no_longer_holds_comes_from_the_database_oldest_first(manager: JarvisContextManager) -> None:
    for number in range(10):
        manager.log_decision("count", number)
    manager.flush()

    assert [decision.context for decision in manager.decisions(8)] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [decision.context for decision in manager.decisions(2)] == [8, 9]
    assert len(manager.decisions()) == 10


def test_a_value_in_a_side_file_comes_back_from_the_database_too(manager: JarvisContextManager) -> None:
    large = "x" * 400_000
    for content in (large, 1, 2, 3):
        manager.add_message("user", content)
    manager.flush()

    assert [turn.content for turn in manager.conversation()] == [large, 1, 2, 3]


def test_while_the_database_is_down_the_state_has_the_latest(manager: JarvisContextManager) -> None:
    for number in range(5):
        manager.log_decision("count", number)
    tail = manager.journal.writer.state.decisions

    found = entries.latest(tail, "DecisionLogged", 100, Down(), "jarvis", Path("nowhere"))

    assert [decision.context for decision in found] == [2, 3, 4]


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "3", None])
def test_a_limit_that_is_no_positive_whole_number_is_refused(manager: JarvisContextManager, limit: Any) -> None:
    with pytest.raises(BadValue, match=r"limit is .* expected a whole number from 1"):
        manager.decisions(limit)


def test_changing_an_answer_does_not_change_what_is_kept(manager: JarvisContextManager) -> None:
    manager.set_attribute("queue", [1, 2])
    manager.update_task_progress("a", {"files": ["x"]})
    manager.log_decision("route", {"to": ["a"]})

    manager.attributes()["queue"].append(3)
    manager.tasks()[0]["metadata"]["files"].append("y")
    manager.decisions()[0].context["to"].append("b")

    assert manager.attributes() == {"queue": [1, 2]}
    assert manager.tasks()[0]["metadata"] == {"files": ["x"]}
    assert manager.decisions()[0].context == {"to": ["a"]}
