"""watch_runner: runs of agents that a crash does not make do finished work twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents import Agent, RunHooks, Runner, RunResult, RunState
from agents.memory import Session

from jarvis_ctx.adapters.openai_agents.carrying import carried
from jarvis_ctx.adapters.openai_agents.outcome import kept_of, result_of
from jarvis_ctx.adapters.openai_agents.telling import Telling
from jarvis_ctx.adapters.openai_agents.tools import ToolCalls
from jarvis_ctx.adapters.opening import Standing, Store
from jarvis_ctx.capture.checks import identifier
from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.step_options import step_wish
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.ids import TaskId

METHOD, DESCRIBED = "run", 200


class WaitsForApproval(Exception):
    """A run has not ended: it waits for somebody to approve a tool call."""


class WatchedRunner(Standing):
    """Runs agents as `Runner.run` does; see `watch_runner`."""

    def __init__(self, store: Store, steps: Mapping[str, Any], settings: dict[str, Any]) -> None:
        self._options = {tool: step_wish(tool, given) for tool, given in steps.items()}
        for tool, options in self._options.items():
            if isinstance(options.reconcile, str):
                raise BadValue(name=f"steps[{tool!r}]", value=options.reconcile, expected="a function or None")
        super().__init__(store, settings)

    async def run(
        self,
        starting_agent: Agent[Any],
        input: str | list[Any] | RunState[Any],
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
        telling, made = Telling(self.manager, hooks), list[RunResult]()

        async def work() -> dict[str, Any]:
            begin = await carried(self.manager.steps, session, input)
            with ToolCalls(self.manager.steps, self._options, begin.ended).current():
                made.append(
                    await Runner.run(
                        starting_agent, begin.input, context=context, hooks=telling, session=session, **rest
                    )
                )
            if made[-1].interruptions:
                raise WaitsForApproval(", ".join(str(each.name) for each in made[-1].interruptions))
            return kept_of(made[-1])

        try:
            kept = await self.manager.claims.arun(self._call(starting_agent, input, task_id, session), work)
        except WaitsForApproval:
            return made[-1]
        finally:
            telling.end()
        return made[-1] if made else result_of(kept, starting_agent, input, context)

    def _call(self, agent: Agent[Any], input: Any, task_id: str | None, session: Session | None) -> TaskCall:
        told = input.to_json() if isinstance(input, RunState) else input
        if task_id is None:
            digest = arguments_digest((agent.name, session and session.session_id, told), {})
            task_id = f"{METHOD}:{digest}#{self.manager.claims.occurrence(METHOD, digest)}"
        said = input if isinstance(input, str) else ""
        return TaskCall(
            method=METHOD,
            task=TaskId(identifier("task_id", task_id)),
            description=said[:DESCRIBED].encode(errors="replace").decode(),
            agent=agent.name,
        )


def watch_runner(store: Store = None, *, steps: Mapping[str, Any] | None = None, **settings: Any) -> WatchedRunner:
    """A runner whose `run` is `Runner.run`, watched: `await watch_runner(manager).run(agent, "…", session=session)`.

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
