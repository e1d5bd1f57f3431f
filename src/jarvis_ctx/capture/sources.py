"""Where each part that is captured of a call would be found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, assert_never

from jarvis_ctx.capture import fields
from jarvis_ctx.capture.arguments import AGENTS, DESCRIPTIONS, IDS, TaskArguments
from jarvis_ctx.capture.conventions import Chosen
from jarvis_ctx.capture.methods import Method
from jarvis_ctx.capture.parameters import Argument, Parameters, parameters
from jarvis_ctx.capture.values import Keeping

HASH = "a hash of the method and its arguments, with its occurrence in the run"
STEP_KEY = "the running task, the step's name, its arguments, and its occurrence in the attempt"
IN_DOUBT = {"run": "done again: at least once", "fail": "raises StepInDoubt", "skip": "taken for done: at most once"}
ORCHESTRATOR = "the orchestrator's name"


def sources(method: Method, choice: Chosen, completing: bool, keeping: Keeping) -> Iterator[tuple[str, str]]:
    """Each part and where it comes from. `completing`: whether the return of a claim completes its task."""
    takes, wanted = parameters(method.function, first=method.first), choice.task
    task = TaskArguments(method.name, takes, keeping, id=wanted.id, description=wanted.description, agent=wanted.agent)
    match choice.meaning:
        case "claim":
            yield "id", _of_task(task, task.id, IDS, HASH)
            yield "description", _of_task(task, task.description, DESCRIPTIONS, "the argument task where it is text")
            yield "agent", _of_task(task, task.agent, AGENTS, "none")
            yield "completed by", "its return" if completing else "complete_task or finish_task"
        case "step":
            yield "key", _step_key(choice.step.key)
            yield (
                "in doubt",
                f"asked of {_name(choice.step.reconcile)}" if choice.step.reconcile else IN_DOUBT[choice.step.on_doubt],
            )
            if choice.step.retries is not None:
                yield "tried again", f"up to {choice.step.retries.times} times"
        case "progress" | "complete" | "fail" | "cancel":
            yield "id", _of_task(task, task.id, IDS, "the running task")
            yield "changes", f"{_kept(takes, keeping, task.id)}; of mappings their keys"
        case "decision":
            yield "context", _kept(takes, keeping)
            yield "decision", "its result"
            yield "reasoning", f"{_either(fields.REASONING)} of its result, else none"
            yield "outcome", f"{_either(fields.OUTCOME)} of its result, else none"
        case "message":
            yield "sender", _of_message(takes, fields.SENDER, ORCHESTRATOR)
            yield "recipient", _of_message(takes, fields.RECIPIENT, "everyone")
            yield "content", _of_message(takes, fields.CONTENT, "all other arguments")
        case "conversation":
            yield "role", _of_message(takes, fields.ROLE, "unknown")
            yield "content", _of_message(takes, fields.CONTENT, "all other arguments")
        case "agent" | "gone" | "heartbeat":
            named = takes.find(*fields.AGENT)
            yield "agent", f"argument {named.name}" if named else f"{_either(fields.AGENT_IDS)} of an argument"
            if choice.meaning != "gone":
                yield "details", _kept(takes, keeping, named)
        case _:
            assert_never(choice.meaning)


def _of_task(task: TaskArguments, argument: Argument | None, parts: tuple[str, ...], otherwise: str) -> str:
    if argument is not None:
        return f"argument {argument.name}"
    subjects = _either([subject.name for subject in task.subjects])
    return f"{_either(parts)} of {subjects}, else {otherwise}" if subjects else otherwise


def _of_message(takes: Parameters, names: tuple[str, ...], otherwise: str) -> str:
    argument = takes.find(*names)
    return f"argument {argument.name}" if argument else f"{_either(names)} of a mapping or object, else {otherwise}"


def _kept(takes: Parameters, keeping: Keeping, but: Argument | None = None) -> str:
    """The arguments that are kept, and those that are left out."""
    names = [name for name in takes.arguments if but is None or name != but.name]
    left_out = [name for name in names if keeping.leaves_out(name)]
    kept = ", ".join(name for name in names if name not in left_out) or "nothing"
    return f"{kept} (without {', '.join(left_out)})" if left_out else kept


def _either(names: Sequence[str]) -> str:
    *first, last = names or [""]
    return f"{', '.join(first)} or {last}" if first else last


def _name(reconcile: Any) -> str:
    return reconcile if isinstance(reconcile, str) else getattr(reconcile, "__qualname__", type(reconcile).__name__)


def _step_key(key: Any) -> str:
    return STEP_KEY if key is None else STEP_KEY.replace("its arguments", "key=")
