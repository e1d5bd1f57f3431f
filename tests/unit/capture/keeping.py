"""Runs that capture and die: a sink that folds as the journal does, and the next run that finds what it left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.capture.redispatch import Redispatch
from jarvis_ctx.capture.retries import Pauses
from jarvis_ctx.capture.steps import Steps
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.capture.unfinished import Unfinished
from jarvis_ctx.codec import exact
from jarvis_ctx.journal import fold
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, TaskId, WriterId
from jarvis_ctx.model.state import State

PROCESS = {"host": "here", "pid": 1, "created": 0.0, "boot_id": ""}


class Killed(BaseException):
    """Ends a run as a kill does: nothing is recorded after it."""


class Run:
    """The `Sink` port as one run has it, with its claims and steps."""

    def __init__(
        self, epoch: int = 1, state: State | None = None, *, chain: str = "r1", skip: bool = False, replay: bool = True
    ) -> None:
        self.state = state or fold.empty("jarvis", 100)
        self.epoch, self.writer, self.run = epoch, WriterId(f"w{epoch}"), RunId(f"r{epoch}")
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.dead = False
        self.append("RunStarted", self.run, {"epoch": epoch, "chain": chain, "process": PROCESS})
        self.claims = Claims(self, owner=self, epoch=epoch, skip=skip, isolation=Isolation(set(), timeout=10))
        runs = frozenset(run.id for run in self.state.runs.values() if run.chain == chain)
        self.waited: list[float] = []
        pauses = Pauses(chance=lambda: 0.0, sleep=lambda seconds: self.waited.append(seconds), asleep=self._asleep)
        self.steps = Steps(self, replay=replay, run=self.state.runs[self.run], chain_runs=runs, pauses=pauses)

    def append(self, kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        if self.dead:
            raise Killed
        number = self.state.position.get(self.writer, 0) + 1
        kept: dict[str, Any] = msgspec.json.decode(exact.encode(body))
        fold.apply(self.state, Event(self.writer, number, self.state.stamp[0] + 1, self.run, kind, subject, kept))
        self.told.append((kind, subject, kept))
        return number

    async def _asleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def die(self) -> NoReturn:
        self.dead = True
        raise Killed

    def next(self, *, skip: bool = True) -> Run:
        """The run after this one's death."""
        return Run(self.epoch + 1, self.state, skip=skip)

    def next_after_a_clean_end(self) -> Run:
        """Its chain of crashes begins anew."""
        return Run(self.epoch + 1, self.state, chain=f"r{self.epoch + 1}")

    def kinds(self) -> list[str]:
        """What this run told, in order, after its beginning."""
        return [kind for kind, _, _ in self.told[1:]]

    def redispatching(self, *tasks: str, concurrency: int = 1) -> Redispatch:
        """Let its claims make the calls of these tasks again."""
        calls = [Unfinished(task=TaskId(task), method="assign_task", args=[task]) for task in tasks]
        self.claims.again = Redispatch(calls, concurrency, over=lambda: None)
        return self.claims.again


class Target:
    """The `Target` port: makes each call by a function of the task."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        self._function = function

    def find(self, call: Unfinished) -> Callable[[str], Any]:
        return self._function

    def holds(self, obj: object) -> bool:
        return False


def call(task: str, method: str = "assign_task", **more: Any) -> TaskCall:
    return TaskCall(method=method, task=TaskId(task), **more)


class Work:
    """A person's function that counts its calls and returns what it is told to, one after the other."""

    def __init__(self, *results: Any) -> None:
        self._results = list(results)
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        result = self._results.pop(0)
        if isinstance(result, BaseException):
            raise result
        return result

    async def later(self) -> Any:
        return self()
