"""Which methods are captured: a table of verbs and what each means, which arguments extend or override."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.capture.step_options import StepOptions, step_wish
from jarvis_ctx.codec import pickled
from jarvis_ctx.errors import BadValue, UnknownMethod, UnknownSetting, did_you_mean

Meaning = Literal[
    "claim",
    "step",
    "progress",
    "complete",
    "fail",
    "cancel",
    "agent",
    "gone",
    "heartbeat",
    "message",
    "decision",
    "conversation",
]


class Verb(msgspec.Struct, frozen=True):
    """A method's name and what a method of that name means; with `family`, `name_…` means the same."""

    name: str
    meaning: Meaning
    family: bool = False


VERBS: tuple[Verb, ...] = (
    Verb("assign_task", "claim"),
    Verb("start_task", "claim"),
    Verb("run_task", "claim"),
    Verb("execute_task", "claim"),
    Verb("process_task", "claim"),
    Verb("handle_task", "claim"),
    Verb("perform_task", "claim"),
    Verb("update_task", "progress", True),
    Verb("report_progress", "progress"),
    Verb("complete_task", "complete"),
    Verb("finish_task", "complete"),
    Verb("fail_task", "fail"),
    Verb("cancel_task", "cancel"),
    Verb("register_agent", "agent"),
    Verb("add_agent", "agent"),
    Verb("update_agent", "agent", True),
    Verb("unregister_agent", "gone"),
    Verb("remove_agent", "gone"),
    Verb("heartbeat", "heartbeat"),
    Verb("agent_heartbeat", "heartbeat"),
    Verb("beat", "heartbeat"),
    Verb("send_message", "message"),
    Verb("send_agent_message", "message"),
    Verb("broadcast_message", "message"),
    Verb("decide", "decision", True),
    Verb("route", "decision", True),
    Verb("choose", "decision", True),
    Verb("select_agent", "decision", True),
    Verb("add_message", "conversation"),
    Verb("add_conversation_message", "conversation"),
)


class TaskOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names of the arguments that hold a task's id, description and agent, and whether the return completes it."""

    id: str | None = None
    description: str | None = None
    agent: str | None = None
    completes: bool | None = None


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A method and what a call of it means. `argument` names the decorator argument that says so, if one does."""

    method: str
    meaning: Meaning
    argument: str = ""
    task: TaskOptions = TaskOptions()
    step: StepOptions = StepOptions()


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's arguments choose, over what the conventions would."""

    chosen: dict[str, Chosen] = {}
    ignore: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    state: tuple[str, ...] = ()
    """Attributes whose values are given back after a crash."""
    state_types: dict[tuple[str, str], type] = {}
    """Types of the person's own that may be pickled as part of them, by module and qualified name."""


ATTACHED = "__jarvis_attachment__"
"""The attribute of a decorated class, or of a proxy, that ties it to its sidecar and to its wishes."""

LISTED: dict[str, Meaning] = {"decisions": "decision", "agents": "agent", "messages": "message"}
CONVENTION_ARGUMENTS = (
    *("tasks", "decisions", "steps", "agents", "messages"),
    *("ignore", "exclude", "state", "state_types"),
)


def meaning(name: str) -> Meaning | None:
    """What a method of this name means by convention; private names mean nothing."""
    for verb in VERBS:
        if name == verb.name or (verb.family and name.startswith(f"{verb.name}_")):
            return verb.meaning
    return None


def wishes(arguments: Mapping[str, Any]) -> Wishes:
    """The arguments of `CONVENTION_ARGUMENTS`, read and checked.

    Raises `BadValue` for one of the wrong form, or a method given two meanings; `UnknownSetting` for an option of
    `tasks` that does not exist.
    """
    found: dict[str, Chosen] = {}
    given = {name: value for name, value in arguments.items() if name in CONVENTION_ARGUMENTS and value is not None}
    for name, options in _methods("tasks", given).items():
        _add(found, Chosen(method=name, meaning="claim", argument="tasks", task=_task_options(name, options)))
    for name, options in _methods("steps", given).items():
        _add(found, Chosen(method=name, meaning="step", argument="steps", step=step_wish(name, options)))
    for argument, means in LISTED.items():
        for name in _methods(argument, given):
            _add(found, Chosen(method=name, meaning=means, argument=argument))
    ignore, exclude = _names("ignore", given.get("ignore", ())), _names("exclude", given.get("exclude", ()))
    return Wishes(
        chosen=found,
        ignore=frozenset(ignore),
        exclude=frozenset(exclude),
        state=tuple(_names("state", given.get("state", ()))),
        state_types=_types(given.get("state_types", ())),
    )


def choose(names: Iterable[str], wished: Wishes, owner: str) -> dict[str, Chosen]:
    """What is captured of a class that has methods of these `names`.

    Raises `UnknownMethod` where a wish, or the method that a step is reconciled by, is not among them.
    """
    known = sorted(names)
    for chosen in wished.chosen.values():
        _must_be(chosen.method, chosen.argument, known, owner)
        if isinstance(chosen.step.reconcile, str):
            _must_be(chosen.step.reconcile, chosen.argument, known, owner)
    for name in sorted(wished.ignore):
        _must_be(name, "ignore", known, owner)
    usual = {name: Chosen(method=name, meaning=m) for name in known if (m := meaning(name)) is not None}
    return {name: chosen for name, chosen in {**usual, **wished.chosen}.items() if name not in wished.ignore}


def completes(chosen: Chosen, among: Mapping[str, Chosen]) -> bool:
    """Whether the return of a claim completes its task: unless the class says so itself, by a captured verb."""
    if chosen.task.completes is not None:
        return chosen.task.completes
    return all(other.meaning != "complete" for other in among.values())


def _must_be(method: str, argument: str, known: list[str], owner: str) -> None:
    if method not in known:
        raise UnknownMethod(argument=argument, method=method, owner=owner, hint=did_you_mean(method, known))


def _add(found: dict[str, Chosen], chosen: Chosen) -> None:
    before = found.get(chosen.method)
    if before is not None:
        raise BadValue(
            name=chosen.argument, value=chosen.method, expected=f"a method that {before.argument}= leaves out"
        )
    found[chosen.method] = chosen


def _methods(argument: str, given: Mapping[str, Any]) -> dict[str, Any]:
    value = given.get(argument, ())
    if isinstance(value, Mapping) and argument in ("tasks", "steps"):
        return dict(zip(_names(argument, value), value.values(), strict=True))
    return dict.fromkeys(_names(argument, value))


def _names(argument: str, value: Any) -> list[str]:
    names = list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else None
    if names is None or not all(type(name) is str for name in names):
        raise BadValue(name=argument, value=value, expected="a list of names")
    return names


def _types(value: Any) -> dict[tuple[str, str], type]:
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | type):
        raise BadValue(name="state_types", value=value, expected="a list of classes")
    return pickled.declared(value) if value else {}


def _task_options(method: str, options: Any) -> TaskOptions:
    if isinstance(options, str):
        return TaskOptions(id=options)
    given, known = options or {}, list(TaskOptions.__struct_fields__)
    if isinstance(given, Mapping):
        for name in given:
            if name not in known:
                raise UnknownSetting(name=name, source=f"tasks[{method!r}]", hint=did_you_mean(str(name), known))
    try:
        return decoding.convert(given, TaskOptions)
    except msgspec.ValidationError as error:
        raise BadValue(name=f"tasks[{method!r}]", value=options, expected="a mapping of argument names") from error
