"""The breaks themselves: each a small change to our own code, made in a child before it opens its store."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.capture.current import CurrentStep
from jarvis_ctx.capture.steps import Steps
from jarvis_ctx.journal import fold
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.recovery import victims
from jarvis_ctx.sidecar import manager


def lock_not_taken() -> None:
    """A run begins without asking whether there is one."""
    RunFile.claim = lambda self: None  # type: ignore[method-assign]  # a break


def marker_not_cleared() -> None:
    """A recovery that is complete still counts as under way."""
    CrashMarker.clear = lambda self, orchestrator: None  # type: ignore[method-assign]  # a break


def recovery_not_marked() -> None:
    """That a recovery has begun is not written down."""
    CrashMarker.set = lambda self, orchestrator, run: 1  # type: ignore[method-assign]  # a break


def told_deaths_forgotten() -> None:
    """What a recovery that was cut off has told already does not count in the next one's plan."""
    victims._cut_off = lambda task, dead, recovered: task.in_flight


def step_written_late() -> None:
    """The start of a step is written when its effect has been acknowledged."""
    started, finished = Steps._started, Steps._finished

    class Mute:
        def __init__(self, sink: Any) -> None:
            self._sink = sink

        def append(self, *event: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Any:
            return getattr(self._sink, name)

    def start(self: Steps, call: Any, task: Any, key: str) -> CurrentStep:
        sink, self._sink = self._sink, Mute(self._sink)  # type: ignore[assignment]  # a break
        try:
            return started(self, call, task, key)
        finally:
            self._sink = sink

    def finish(self: Steps, call: Any, task: Any, key: str, result: Any) -> None:
        started(self, call, task, key)
        finished(self, call, task, key, result)

    Steps._started, Steps._finished = start, finish  # type: ignore[method-assign]  # a break


def steps_not_looked_up() -> None:
    """A step that is called again does not look for what it has returned."""
    Steps._earlier = lambda self, task, key: None  # type: ignore[method-assign]  # a break


def end_not_written() -> None:
    """A run that ends cleanly does not say so."""
    manager.write_end = lambda *given: None  # type: ignore[attr-defined]  # a break


def stacks_not_kept() -> None:
    """Nobody asks for the stacks at a fatal signal."""
    FaultDump.start = lambda self, run: None  # type: ignore[method-assign]  # a break


def fence_not_kept() -> None:
    """What an overtaken run has said is folded all the same."""
    fold.is_fenced = lambda state, event: False


def supersteps_run_ahead() -> None:
    """A superstep begins before the checkpoint of the one before it is stored."""
    from jarvis_ctx.adapters.langgraph import watching

    watching._waiting = lambda options: options
