"""A watched run whose events are read while it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

from agents import Agent, Runner, RunResultStreaming
from agents.result import RunResultBase
from agents.stream_events import StreamEvent

from jarvis_ctx.adapters.openai_agents.running import Given, Make, waits_for
from jarvis_ctx.adapters.openai_agents.telling import Telling

NOTHING: dict[str, Any] = {"agent": "", "output": None, "typed": False, "items": []}
CANCELLED = "it was cancelled"
UNBEGUN: dict[str, Any] = {"current_turn": 0, "trace": None, "run_loop_task": None, "run_loop_exception": None}
"""What only the result of a streamed run tells, while the SDK has begun none."""


class StreamedRun:
    """What `Runner.run_streamed` gives: the run goes on by itself, and its result fills meanwhile.

    All that a `RunResultStreaming` tells is here. A run that had ended before a crash has its result once
    `stream_events` has come to its end, and no events, turns or trace.
    """

    def __init__(self, given: Given, live: Callable[[Make], Awaitable[RunResultBase]]) -> None:
        self._given, self._live = given, live
        self._result: RunResultBase = given.result(NOTHING)
        self._events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        self._cancelled = False
        self._task = asyncio.get_running_loop().create_task(self._lived())
        self._task.add_done_callback(_looked_at)

    @property
    def is_complete(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._task.done()

    async def stream_events(self) -> AsyncIterator[StreamEvent]:
        """The events, as they come. Raises what the SDK's does, and `TaskQuarantined`."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # For whoever reads once more.
        await asyncio.shield(self._task)

    def cancel(self, mode: Literal["immediate", "after_turn"] = "immediate") -> None:
        """As the SDK's. The run has not ended then: made again under the same `task_id=`, it goes on."""
        self._cancelled = True
        if isinstance(self._result, RunResultStreaming):
            self._result.cancel(mode)

    @property
    def current_agent(self) -> Agent[Any]:
        """The agent that is at work, or was the last."""
        result = self._result
        return result.current_agent if isinstance(result, RunResultStreaming) else result.last_agent

    def __getattr__(self, name: str) -> Any:
        if name in UNBEGUN and not isinstance(self._result, RunResultStreaming):
            return UNBEGUN[name]
        return getattr(self._result, name)

    async def _lived(self) -> None:
        try:
            self._result = await self._live(self._make)
        finally:
            self._events.put_nowait(None)

    async def _make(self, input: Any, telling: Telling) -> tuple[RunResultBase, str]:
        if self._cancelled:
            return self._result, CANCELLED
        made = self._result = Runner.run_streamed(self._given.agent, input, **self._given.arguments(telling))
        async for event in made.stream_events():
            self._events.put_nowait(event)
        left = CANCELLED if self._cancelled and made.final_output is None else ""
        return made, waits_for(made) or left


def _looked_at(task: asyncio.Task[None]) -> None:
    """Whoever reads the events gets its exception; where nobody does, it is not complained of."""
    if not task.cancelled():
        task.exception()
