"""The conformance suite of crashresume: dies after each effect, starts anew, and looks for what was done twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crashresume import ConformanceReport, Context, InjectedCrash
from crashresume import conform as conforms

from jarvis_ctx.attach.decorator import integrate_context_manager
from tests.unit.attach.reading import context

ITEMS = ["a", "b", "c"]


class Program:
    """What the person wrote: each item is a task with two effects, and its list of what is done is its state."""

    def __init__(self, effects: Context) -> None:
        self.effects, self.done = effects, list[str]()

    def assign_task(self, task_id: str) -> str:
        return f"{self.charge(task_id)} {self.ship(task_id)}"

    def charge(self, item: str) -> str:
        return self.effect("charge", item)

    def ship(self, item: str) -> str:
        return self.effect("ship", item)

    def effect(self, kind: str, item: str) -> str:
        try:
            self.effects.effect(kind, item, key=f"{kind}:{item}")
        except InjectedCrash:
            context(self).close("exception")  # Nothing is recorded after a death.
            raise
        return f"{kind}d {item}"

    def find_charge(self, key: str, item: str) -> str | None:
        return self.found("charge", item)

    def find_ship(self, key: str, item: str) -> str | None:
        return self.found("ship", item)

    def found(self, kind: str, item: str) -> str | None:
        happened = any(effect.key == f"{kind}:{item}" for effect in self.effects.effects.effects)
        return f"{kind}d {item}" if happened else None

    def step(self, item: str) -> None:
        self.done.append(self.assign_task(item))

    def state(self) -> list[str]:
        return self.done


def conformance(folder: Path, steps: dict[str, Any]) -> ConformanceReport:
    """The suite's findings, each of its scenarios with a store of its own, each of its starts a run of its own."""
    last: list[Program] = []

    def start(effects: Context) -> Program:
        class Orchestrator(Program): ...

        for before in last:
            context(before).close()  # A scenario that came to its end; a death has closed its own.
        integrate: Callable[[type], type] = integrate_context_manager(
            path=folder / effects.run_id, resume="skip", store="memory", steps=steps
        )
        last[:] = [integrate(Orchestrator)(effects)]
        return last[0]

    return conforms(start, ITEMS)


def test_steps_with_reconcile_conform(tmp_path: Path) -> None:
    report = conformance(tmp_path, {"charge": "find_charge", "ship": "find_ship"})

    assert (report.crash_points, report.passed) == (6, True), str(report)


@pytest.mark.parametrize("steps", [{"charge": None, "ship": None}, {}])
def test_the_same_steps_without_reconcile_do_not(tmp_path: Path, steps: dict[str, Any]) -> None:
    report = conformance(tmp_path, steps)

    assert not report.passed
    assert {finding.kind for finding in report.findings} == {"effect_replayed"}
    assert {finding.crash_after for finding in report.findings} == {1, 2, 3, 4, 5, 6}


def test_steps_that_are_skipped_in_doubt_do_nothing_twice(tmp_path: Path) -> None:
    skip = {"on_doubt": "skip"}

    report = conformance(tmp_path, {"charge": skip, "ship": skip})

    assert {finding.kind for finding in report.findings} <= {"resume_diverged"}
