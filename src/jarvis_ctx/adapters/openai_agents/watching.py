"""watch_runner: runs of agents that a crash does not make do finished work twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

from agents import Agent, RunHooks, Runner, RunResult, RunState
from agents.memory import Session
from agents.result import RunResultBase
from agents.run import AgentRunner

from jarvis_ctx.adapters.openai_agents.running import Given, lived, waits_for
from jarvis_ctx.adapters.openai_agents.streaming import StreamedRun
from jarvis_ctx.adapters.openai_agents.telling import Telling
from jarvis_ctx.adapters.opening import Standing, Store
from jarvis_ctx.capture.checks import identifier
from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.step_options import step_wish
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.ids import TaskId

METHOD, DESCRIBED = "run", 200
Input = str | list[Any] | RunState[Any]


class Synchronous(AgentRunner):
    """Lets the SDK's own `run_sync`, which knows what loop it takes, drive another `run`."""

    def __init__(self, run: Callable[..., Awaitable[RunResult]]) -> None:
        self._own = run

    async def run(self, starting_agent: Agent[Any], input: Any, **given: Any) -> RunResult:
        return await self._own(starting_agent, input, **given)


class WatchedRunner(Standing):
    """Runs agents as the SDK's `Runner` does; see `watch_runner`."""

    def __init__(self, store: Store, steps: Mapping[str, Any], settings: dict[str, Any]) -> None:
        self._options = {tool: step_wish(tool, given) for tool, given in steps.items()}
        for tool, options in self._options.items():
            if isinstance(options.reconcile, str):
                raise BadValue(name=f"steps[{tool!r}]", value=options.reconcile, expected="a function or None")
        super().__init__(store, settings)

    async def run(
        self,
        starting_agent: Agent[Any],
        input: Input,
        *,
        task_id: str | None = None,
        context: Any = None,
        hooks: RunHooks[Any] | None = None,
        session: Session | None = None,
        **rest: Any,
    ) -> RunResult:
        """`Runner.run` with the same arguments, as a task: `task_id`, or else told by agent, session and input.

        Raises what `Runner.run` does; `TaskQuarantined` for a run that killed its process too often.
        """
        self.check()
        given = Given(agent=starting_agent, input=input, context=context, hooks=hooks, session=session, rest=rest)

        async def make(input: Any, telling: Telling) -> tuple[RunResultBase, str]:
            made = await Runner.run(starting_agent, input, **given.arguments(telling))
            return made, waits_for(made)

        call = self._call(starting_agent, input, task_id, session)
        return cast(RunResult, await lived(self.manager, self._options, call, given, make))

    def run_sync(
        self, starting_agent: Agent[Any], input: Input, *, task_id: str | None = None, **given: Any
    ) -> RunResult:
        """`Runner.run_sync` with the same arguments, otherwise as `run`."""
        self.check()
        return Synchronous(partial(self.run, task_id=task_id)).run_sync(starting_agent, input, **given)

    def run_streamed(
        self,
        starting_agent: Agent[Any],
        input: Input,
        context: Any = None,
        *,
        task_id: str | None = None,
        hooks: RunHooks[Any] | None = None,
        session: Session | None = None,
        **rest: Any,
    ) -> StreamedRun:
        """`Runner.run_streamed` with the same arguments, otherwise as `run`: read its `stream_events()`."""
        self.check()
        given = Given(agent=starting_agent, input=input, context=context, hooks=hooks, session=session, rest=rest)
        call = self._call(starting_agent, input, task_id, session)
        return StreamedRun(given, partial(lived, self.manager, self._options, call, given))

    def _call(self, agent: Agent[Any], input: Any, task_id: str | None, session: Session | None) -> TaskCall:
        told = input.to_json() if isinstance(input, RunState) else input
        if task_id is None:
            digest = arguments_digest((agent.name, session and session.session_id, told), {})
            task_id = self.manager.claims.unnamed(METHOD, digest)
        said = input if isinstance(input, str) else ""
        return TaskCall(
            method=METHOD,
            task=TaskId(identifier("task_id", task_id)),
            description=said[:DESCRIBED].encode(errors="replace").decode(),
            agent=agent.name,
        )


def watch_runner(store: Store = None, *, steps: Mapping[str, Any] | None = None, **settings: Any) -> WatchedRunner:
    """A runner as the SDK's `Runner`, watched: `await watch_runner(manager).run(agent, "…", session=session)`.

    `run_sync` and `run_streamed` are there, too.

    A run is a task, its agents are agents, hand-offs are decisions, and calls of function tools are steps. With
    `resume="skip"` the program is simply run again after a crash: a run that had ended gives its result again, one that
    had not goes on with what its session holds, and a tool call that was finished is not made again where the model
    asks for it as before (name and arguments). A call that was only begun is in doubt, which the recovery report says;
    `steps` tells of tools, by name, who knows what became of such a call, as `steps=` of the decorator does:
    `{"charge": find_charge}`, `{"mail": {"on_doubt": "skip"}}`.

    `store` and `settings` are as for `JarvisSession`; close it after use. Not kept are the calls of hosted tools, which
    OpenAI makes, of computers and shells, and a result that cannot be stored. A run that waits for an approval is not
    done, and is run again. Raises `BadValue`, `UnknownSetting`.
    """
    return WatchedRunner(store, steps or {}, settings)
