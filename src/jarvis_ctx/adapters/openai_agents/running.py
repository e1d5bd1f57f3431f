"""One watched run, from its claim to its outcome, however the SDK makes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from agents import Agent, RunHooks, RunResult, RunResultStreaming
from agents.memory import Session
from agents.result import RunResultBase

from jarvis_ctx.adapters.openai_agents.carrying import carried
from jarvis_ctx.adapters.openai_agents.outcome import kept_of, result_of
from jarvis_ctx.adapters.openai_agents.telling import Telling
from jarvis_ctx.adapters.openai_agents.tools import ToolCalls
from jarvis_ctx.capture.step_options import StepOptions
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.sidecar import JarvisContextManager


class NotEnded(Exception):
    """A run has not ended: it waits for somebody to approve a tool call, or was cancelled."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was called with, as far as it concerns us; the `rest` is the SDK's."""

    agent: Agent[Any]
    input: Any
    context: Any
    hooks: RunHooks[Any] | None
    session: Session | None
    rest: dict[str, Any]

    def arguments(self, telling: Telling) -> dict[str, Any]:
        """For the SDK, besides agent and input."""
        return {"context": self.context, "hooks": telling, "session": self.session, **self.rest}

    def result(self, kept: dict[str, Any]) -> RunResult:
        """The result that the run had."""
        return result_of(kept, self.agent, self.input, self.context)


Make = Callable[[Any, Telling], Awaitable[tuple[RunResultBase, str]]]
"""Makes a run of an input; its result, and why it has not ended, if so."""


def waits_for(result: RunResult | RunResultStreaming) -> str:
    """Which tool calls wait for somebody to approve them; nothing where none does."""
    return ", ".join(str(each.name) for each in result.interruptions)


async def lived(
    manager: JarvisContextManager, options: Mapping[str, StepOptions], call: TaskCall, given: Given, make: Make
) -> RunResultBase:
    """Make the run, or give the result that it had before a crash. Raises what `make` does, and `TaskQuarantined`."""
    telling, made = Telling(manager, given.hooks), list[RunResultBase]()

    async def work() -> dict[str, Any]:
        telling.begin(call.task, given.session, call.agent)
        begin = await carried(manager.steps, given.session, given.input)
        with ToolCalls(manager.steps, options, begin.ended).current():
            result, unfinished = await make(begin.input, telling)
        made.append(result)
        if unfinished:
            raise NotEnded(unfinished)
        return kept_of(result)

    try:
        kept = await manager.claims.arun(call, work)
    except NotEnded:
        return made[-1]
    finally:
        telling.end()
    return made[-1] if made else given.result(kept)
