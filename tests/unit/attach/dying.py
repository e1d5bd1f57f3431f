"""A program that dies at a piece of work and is run again with `resume="redispatch"`, as the person wrote it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, ClassVar

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext
from tests.unit.attach.reading import context


class Crash(BaseException):
    """Stands for a death: nothing is recorded after it."""


class Program:
    """What the person wrote. `log` lists the work that was really done, over all its lives."""

    log: ClassVar[list[Any]] = []
    dies_at = ""

    def work(self, what: Any) -> Any:
        self.log.append(what)
        if what == self.dies_at:
            context(self).close("exception")
            raise Crash
        return f"did {what}"

    def assign_task(self, task: Any, **options: Any) -> Any:
        return self.work(task["id"]), task, options

    def run_task(self, goal: str) -> Any:
        if goal == "fails":
            raise LookupError(self.work(goal))
        return self.work(goal)

    def start_task(self, task_id: str) -> Any:
        return self.work(f"start {task_id}"), self.run_task(task_id), self.charge(task_id)

    def charge(self, task_id: str) -> Any:
        return self.work(f"charge {task_id}")

    def process_task(self, task_id: str) -> Generator[Any, None, str]:
        yield self.work(f"{task_id}.1")
        yield self.work(f"{task_id}.2")
        return "all"

    async def execute_task(self, task_id: str) -> Any:
        return self.work(task_id)

    async def handle_task(self, task_id: str) -> AsyncGenerator[Any, None]:
        yield self.work(f"{task_id}.1")
        yield self.work(f"{task_id}.2")

    @classmethod
    def perform_task(cls, task_id: str) -> Any:
        cls.log.append(task_id)
        return cls.dies_in_class(task_id)

    @classmethod
    def dies_in_class(cls, task_id: str) -> Any:
        return task_id

    def register_agent(self, agent_id: str) -> None: ...


def program(dies_at: str = "", **arguments: Any) -> type[Program]:
    """The class, attached; it shares its log with the one that died before it."""

    class Orchestrator(Program): ...

    Orchestrator.dies_at = dies_at
    return integrate_context_manager(**{"resume": "redispatch", **arguments})(Orchestrator)


def proxied(dies_at: str = "") -> Any:
    """An object of it behind a proxy."""
    plain = type("Plain", (Program,), {"dies_at": dies_at})()
    return JarvisOrchestratorWithContext(plain, resume="redispatch")


def died_at(what: str, call: Callable[[Any], Any], made: Callable[..., Any] = program, **arguments: Any) -> list[Any]:
    """Let a first run die at `what` in this call; the log of both runs, emptied."""
    Program.log = []
    first = made(what, **arguments)
    orchestrator = first() if isinstance(first, type) else first
    with pytest.raises(Crash):
        call(orchestrator)
    Program.log.clear()
    return Program.log
