"""Whatever a program hands to any verb is stored exactly or refused by type, and the orchestrator lives."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import context_of, integrate_context_manager
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.codec import hostile
from tests.unit.codec.hostile import REFUSED, STORED
from tests.unit.codec.sameness import fingerprint

VALUES: dict[str, Any] = {name: lambda value=value: value for name, value in STORED.items()} | REFUSED
VERBS: dict[str, Callable[[JarvisContextManager, Any], object]] = {
    "attribute": lambda m, value: m.set_attribute("x", value),
    "task": lambda m, value: m.update_task_progress("t", {"note": value}),
    "task's id": lambda m, value: m.update_task_progress(value, {"note": 1}),
    "task's fields": lambda m, value: m.update_task_progress("t", value),
    "task's percentage": lambda m, value: m.update_task_progress("t", {"percentage": value}),
    "decision": lambda m, value: m.log_decision("d", context={"x": value}, decision=value, reasoning=value),
    "agent": lambda m, value: m.update_agent_state("a", {"x": value}),
    "agent's state": lambda m, value: m.update_agent_state("a", value),
    "message": lambda m, value: m.log_agent_message("a", "b", value),
    "sender": lambda m, value: m.log_agent_message(value, "b", 1),
    "turn": lambda m, value: m.add_message("user", value, detail=value),
    "heartbeat": lambda m, value: m.heartbeat("a", detail=value),
    "heartbeat's agent": lambda m, value: m.heartbeat(value),
    "point": lambda m, value: m.set_attribute(value, 1),
}
KEPT = {name: value for name, value in STORED.items() if not name.startswith("200 levels")}
"""What the codec stores exactly and leaves room for the levels of an event's body around it."""


class Unreadable(dict[str, Any]):
    """A mapping that cannot be read."""

    def keys(self) -> Any:
        raise LookupError("planted")


@pytest.fixture(autouse=True)
def touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code of a hostile value raises what any code may: some verbs have to ask a value what it is."""
    monkeypatch.setattr(hostile, "Touched", RuntimeError)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_a_hostile_value_or_refuses_it_by_type(store_path: Path, verb: str) -> None:
    with JarvisContextManager(store_path) as manager:
        for make in (*VALUES.values(), lambda: Unreadable(a=1), lambda: [Unreadable(a=1)]):
            with suppress(JarvisError):
                VERBS[verb](manager, make())

        manager.set_attribute("alive", True)
        manager.flush()
        assert manager.status()["state"] == "live"
    with JarvisContextManager(store_path) as successor:
        assert successor.attributes()["alive"] is True


def test_what_was_taken_comes_back_exactly_after_a_restart(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        for name, value in KEPT.items():
            manager.set_attribute(name, value)

    with JarvisContextManager(store_path) as successor:
        kept = successor.attributes()

    assert {name: fingerprint(kept[name]) for name in kept} == {name: fingerprint(KEPT[name]) for name in KEPT}


@pytest.mark.parametrize("place", ["argument", "result", "both"])
def test_a_captured_method_that_is_handed_hostile_values_runs_as_without_us(store_path: Path, place: str) -> None:
    @integrate_context_manager(path=store_path)
    class Orchestrator:
        def assign_task(self, task_id: Any, task: Any) -> Any:
            return task if place != "argument" else None

        async def decide_route(self, context: Any) -> Any:
            return context if place != "argument" else None

    orchestrator = Orchestrator()
    for number, make in enumerate(VALUES.values()):
        value = make() if place != "result" else 1
        orchestrator.assign_task(f"t{number}", value)
        with suppress(StopIteration):
            orchestrator.decide_route(value).send(None)
        orchestrator.assign_task(value, value)

    manager = context_of(orchestrator)
    assert manager is not None
    assert manager.status()["state"] == "live"
    manager.close()
