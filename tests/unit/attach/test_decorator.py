"""A decorated class: what is captured of it, and that it stays what it was."""

from __future__ import annotations

import asyncio
from typing import Any

from jarvis_ctx.attach.decorator import integrate_context_manager
from tests.unit.attach.reading import context


def test_a_call_that_takes_on_a_task_is_claimed_and_finished_under_the_task_s_own_id() -> None:
    @integrate_context_manager
    class Orchestrator:
        def assign_task(self, task: dict[str, Any]) -> str:
            return str(task["id"]).upper()

    orchestrator = Orchestrator()
    result = orchestrator.assign_task({"id": "t1", "description": "Sort the mail", "agent": "clerk"})

    assert result == "T1"
    [task] = context(orchestrator).tasks()
    assert (task["id"], task["description"], task["agent"]) == ("t1", "Sort the mail", "clerk")
    assert (task["status"], task["percentage"], task["attempts"]) == ("completed", 100, 1)


def test_a_coroutine_method_stays_one_and_is_captured_to_its_end() -> None:
    @integrate_context_manager
    class Orchestrator:
        async def run_task(self, task_id: int) -> int:
            await asyncio.sleep(0)
            return task_id + 1

    orchestrator = Orchestrator()
    result = asyncio.run(orchestrator.run_task(7))

    assert result == 8
    assert asyncio.iscoroutinefunction(Orchestrator.run_task)
    assert [(task["id"], task["status"]) for task in context(orchestrator).tasks()] == [("7", "completed")]


def test_what_is_said_in_progress_decisions_and_messages_is_kept() -> None:
    @integrate_context_manager
    class Orchestrator:
        def update_task_progress(self, task_id: str, progress: dict[str, Any]) -> None: ...

        def decide_route(self, task: str) -> dict[str, str]:
            return {"route": "north", "reasoning": "shorter"}

        def send_message(self, sender: str, recipient: str, content: Any) -> None: ...

    orchestrator = Orchestrator()
    orchestrator.update_task_progress("t1", {"status": "in_progress", "percentage": 40})
    orchestrator.decide_route("t1")
    orchestrator.send_message("a", "b", {"hello": 1})

    kept = context(orchestrator)
    assert [(task["id"], task["percentage"]) for task in kept.tasks()] == [("t1", 40)]
    [decision], [message] = kept.decisions(), kept.messages()
    assert (decision.decision_type, decision.context, decision.reasoning) == ("decide_route", {"task": "t1"}, "shorter")
    assert (message.sender, message.recipient, message.content) == ("a", "b", {"hello": 1})
