"""Durable steps by name: which sidecar keeps them, and the three ways to write one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jarvis_ctx.attach.durable import durable_step
from jarvis_ctx.attach.manager import JarvisContextManager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext
from jarvis_ctx.capture.steps import NO_TASK
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.step import StepRecord
from tests.unit.attach.reading import context


def charge(order: str, amount: int = 1) -> str:
    return f"charged {order} {amount}"


async def ship(order: str) -> str:
    return f"shipped {order}"


def steps_of(manager: JarvisContextManager | Any, task: str) -> list[StepRecord]:
    return list(manager.journal.writer.state.steps.get(task, {}).values())


class Orchestrator:
    """Its one task takes steps, then fails, so that the steps stay in the state."""

    def assign_task(self, task_id: str) -> None:
        durable_step(charge)("a", amount=2)
        durable_step(name="pay", key=lambda order: f"key {order}")(charge)("b")
        durable_step("charge again", charge, "c", amount=3)
        asyncio.run(durable_step("ship", ship, "d"))
        raise LookupError


def test_a_step_of_a_running_task_is_kept_however_it_is_written() -> None:
    jarvis = JarvisOrchestratorWithContext(Orchestrator())

    with pytest.raises(LookupError):
        jarvis.assign_task("t1")

    kept = {step.name: step.result for step in steps_of(context(jarvis), "t1")}
    assert kept == {
        "charge": "charged a 2",
        "pay": "charged b 1",
        "charge again": "charged c 3",
        "ship": "shipped d",
    }
    assert "pay:key b.1" in " ".join(step.key for step in steps_of(context(jarvis), "t1"))


def test_a_step_belongs_to_the_sidecar_of_its_task_among_several() -> None:
    first = JarvisOrchestratorWithContext(Orchestrator(), name="first")
    second = JarvisOrchestratorWithContext(Orchestrator(), name="second")

    with pytest.raises(LookupError):
        second.assign_task("t1")

    assert steps_of(context(first), "t1") == []
    assert len(steps_of(context(second), "t1")) == 4


def test_outside_any_task_the_only_sidecar_keeps_a_step_that_has_a_key() -> None:
    with JarvisContextManager() as manager:
        kept = durable_step("charge", charge, "a", key="invoice 7")
        unkept = durable_step("charge", charge, "b")

        assert (kept, unkept) == ("charged a 1", "charged b 1")
        assert [(step.key, step.result) for step in steps_of(manager, NO_TASK)] == [("invoice 7", "charged a 1")]
        assert manager.steps.unkept == 1


def test_outside_any_task_none_of_several_sidecars_is_guessed_at() -> None:
    with JarvisContextManager(name="first") as first, JarvisContextManager(name="second") as second:
        result = durable_step("charge", charge, "a", key="k")

        assert result == "charged a 1"
        assert [steps_of(manager, NO_TASK) for manager in (first, second)] == [[], []]


def test_without_a_sidecar_a_step_is_just_done() -> None:
    results = [
        durable_step(charge)("a"),
        durable_step("charge", charge, "a", key="k"),
        asyncio.run(durable_step("ship", ship, "a")),
    ]

    assert results == ["charged a 1", "charged a 1", "shipped a"]


def test_a_decorated_step_keeps_its_name_and_colour() -> None:
    decorated = durable_step(reconcile=lambda key, order: None)(ship)

    assert asyncio.iscoroutinefunction(decorated)
    assert (decorated.__name__, decorated.__module__) == ("ship", __name__)


@pytest.mark.parametrize("arguments", [("charge",), ("charge", 3), (3,), (charge, charge)])
def test_a_step_that_is_written_wrongly_says_how_to_write_it(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(BadValue, match="expected"):
        durable_step(*arguments)


def test_a_step_takes_no_unknown_argument() -> None:
    anything: Any = durable_step

    with pytest.raises(BadValue, match="nmae"):
        anything(nmae="charge")
