"""What a run's hooks tell: its agents, which one hands over to which, and that they live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents import Agent, RunHooks
from agents.memory import Session

from jarvis_ctx.adapters.openai_agents.tools import taken_up
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.part import KEY, group_of
from jarvis_ctx.sidecar import JarvisContextManager

MARK = "openai_agents"
"""The key of a task's metadata that says which session its run has."""


class Telling(RunHooks[Any]):
    """Hooks that tell the sidecar, and then `also` the person's own. What cannot be stored harms no run."""

    def __init__(self, manager: JarvisContextManager, also: RunHooks[Any] | None) -> None:
        self._manager, self._also = manager, also or RunHooks[Any]()
        self._at_work: set[str] = set()

    def begin(self, task: TaskId, session: Session | None, agent: str = "") -> None:
        """The run has begun, with this agent; no cleanup takes its session from it."""
        if session is not None:
            mark = {MARK: {"session": session.session_id}, **self._part(task, f"session {session.session_id}", agent)}
            self._tell("a run's session", lambda: self._manager.update_task_progress(task, {"metadata": mark}))

    def _part(self, task: TaskId, group: str, agent: str) -> dict[str, Any]:
        """Where the run belongs: behind the session's latest one before it."""
        tasks = self._manager.known_tasks
        if task in tasks and KEY in tasks[task].metadata:
            return {}
        others = [each for each in list(tasks.values()) if each.id != task and group_of(each) == group]
        before = max(others, key=lambda each: (each.created, each.id), default=None)
        return {KEY: {"group": group, "name": agent, "after": [before.id] if before is not None else []}}

    async def on_agent_start(self, context: Any, agent: Agent[Any]) -> None:
        self._at_work.add(agent.name)
        self._tell("on_agent_start", lambda: self._manager.update_agent_state(agent.name, "working"))
        self._beat(agent)
        await self._also.on_agent_start(context, agent)

    async def on_agent_end(self, context: Any, agent: Agent[Any], output: Any) -> None:
        self._rest(agent.name, "done")
        await self._also.on_agent_end(context, agent, output)

    async def on_handoff(self, context: Any, from_agent: Agent[Any], to_agent: Agent[Any]) -> None:
        told = {"from": from_agent.name, "to": to_agent.name}
        self._tell("on_handoff", lambda: self._manager.log_decision("handoff", told, to_agent.name))
        self._rest(from_agent.name, "handed over")
        await self._also.on_handoff(context, from_agent, to_agent)

    async def on_llm_start(
        self, context: Any, agent: Agent[Any], system_prompt: str | None, input_items: list[Any]
    ) -> None:
        self._beat(agent)
        await self._also.on_llm_start(context, agent, system_prompt, input_items)

    async def on_llm_end(self, context: Any, agent: Agent[Any], response: Any) -> None:
        self._beat(agent)
        await self._also.on_llm_end(context, agent, response)

    async def on_tool_start(self, context: Any, agent: Agent[Any], tool: Any) -> None:
        taken_up(tool)  # Right before the SDK calls it: so are those of an MCP server, which it makes anew each turn.
        self._beat(agent)
        await self._also.on_tool_start(context, agent, tool)

    async def on_tool_end(self, context: Any, agent: Agent[Any], tool: Any, result: object) -> None:
        self._beat(agent)
        await self._also.on_tool_end(context, agent, tool, result)

    def end(self) -> None:
        """The run is over: whoever was still at work is not any more."""
        for name in list(self._at_work):
            self._rest(name, "stopped")

    def _rest(self, name: str, status: str) -> None:
        self._at_work.discard(name)
        self._tell("an agent's end", lambda: self._manager.update_agent_state(name, status))
        self._tell("an agent's end", lambda: self._manager.agent_gone(name))

    def _beat(self, agent: Agent[Any]) -> None:
        self._tell("a heartbeat", lambda: self._manager.heartbeat(agent.name))

    def _tell(self, what: str, tell: Callable[[], None]) -> None:
        try:
            tell()
        except (JarvisError, OSError) as error:
            self._manager.capture_failed(what, error)
