"""What a call of each kind says, found among its arguments by the usual names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from jarvis_ctx.capture.arguments import IDS, TaskArguments
from jarvis_ctx.capture.parameters import Parameters
from jarvis_ctx.capture.values import SIMPLE, Keeping, as_id, encodable, part, plain

PERCENTAGES = frozenset({"percent", "progress"})
STATE = "state"
LISTS = frozenset({"completed_subtasks", "blockers", "dependencies"})
TEXTS = frozenset({"description", "status", "agent"})
KNOWN = (*sorted(TEXTS | LISTS), "percentage", "metadata")
AGENT = ("agent_id", "agent", "id", "name")
AGENT_IDS = ("agent_id", "id", "name")
SENDER = ("sender", "from_agent", "from_id", "source", "from_")
RECIPIENT = ("recipient", "to_agent", "to", "target", "receiver", "to_id")
CONTENT = ("content", "message", "text", "body", "payload")
ROLE = ("role", "sender", "speaker", "author")
REASONING = ("reasoning", "reasons", "reason", "rationale")
OUTCOME = ("outcome",)
EVERYONE = "*"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Who said what to whom, and what else the call said."""

    sender: str
    recipients: list[str]
    content: Any
    details: dict[str, Any]


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a conversation."""

    role: str
    content: Any
    details: dict[str, Any]


class _Parts:
    """The arguments of a saying call, taken one by one by their usual names; one of them may be the whole message."""

    def __init__(self, named: dict[str, Any]) -> None:
        self.rest = dict(named)
        self._whole = next((value for value in named.values() if part(value, *CONTENT) is not UNSET), UNSET)

    def take(self, *names: str) -> Any:
        for name in names:
            if name in self.rest and self.rest[name] is not self._whole:
                return self.rest.pop(name)
        return part(self._whole, *names)

    def content(self) -> Any:
        """What was said; where no argument has a usual name for it, all that are left."""
        found = self.take(*CONTENT)
        self.rest = {name: value for name, value in self.rest.items() if value is not self._whole}
        if found is UNSET:
            found, self.rest = self.rest, {}
        return found


def message(named: dict[str, Any], keeping: Keeping, orchestrator: str) -> Message:
    """A message; without a sender it is the orchestrator's own, without a recipient it is for everyone."""
    parts = _Parts(named)
    sender, recipients = names_of(parts.take(*SENDER)), names_of(parts.take(*RECIPIENT))
    return Message(
        sender=next(iter(sender), orchestrator),
        recipients=recipients or [EVERYONE],
        content=keeping.value(parts.content()),
        details=keeping.named(parts.rest),
    )


def utterance(named: dict[str, Any], keeping: Keeping) -> Utterance:
    """A turn of the conversation; without a role it is `unknown`'s."""
    parts = _Parts(named)
    role = names_of(plain(parts.take(*ROLE)))
    return Utterance(
        role=next(iter(role), "unknown"), content=keeping.value(parts.content()), details=keeping.named(parts.rest)
    )


def reasons(result: Any, keeping: Keeping) -> tuple[Any, Any]:
    """The reasoning and the outcome that a decision's result names, None where it does not."""
    found = (part(result, *REASONING), part(result, *OUTCOME))
    reasoning, outcome = (None if value is UNSET else keeping.value(value) for value in found)
    return reasoning, outcome


def names_of(value: Any) -> list[str]:
    """The agents that an argument names: one, or several in a list."""
    if type(value) in (list, tuple, set, frozenset):
        return [name for item in value for name in names_of(item)]
    name = as_id(value) or as_id(part(value, *AGENT_IDS))
    return [name] if name else []


def progress(task: TaskArguments, parameters: Parameters, keeping: Keeping, args: Any, kwargs: Any) -> dict[str, Any]:
    """What an update says of a task: its mappings' keys, its objects' known parts, and its other arguments."""
    changes: dict[str, Any] = {}
    for name, value in parameters.named(args, kwargs).items():
        if name in IDS or (task.id is not None and name == task.id.name) or keeping.leaves_out(name):
            continue
        if type(value) is dict or isinstance(value, Mapping):
            changes.update({_progress_name(key, item): item for key, item in value.items() if key not in IDS})
        elif type(value) not in SIMPLE and part(value, *IDS, "status", "percentage", "description") is not UNSET:
            changes.update(_known_parts(value))
        else:
            changes[_progress_name(name, value)] = value
    return {
        name: _fitting(name, value, keeping)
        for name, value in changes.items()
        if not keeping.leaves_out(name) and not (value is None and name in KNOWN)
    }


def _known_parts(value: Any) -> dict[str, Any]:
    return {name: found for name in KNOWN if (found := part(value, name)) is not UNSET}


def _progress_name(name: Any, value: Any) -> Any:
    if name in PERCENTAGES and type(value) in (int, float):
        return "percentage"
    return "status" if name == STATE and type(plain(value)) is str else name


def _fitting(name: Any, value: Any, keeping: Keeping) -> Any:
    """A value in the form that a task's field has; what does not fit is left for the check to refuse, by name."""
    if name in TEXTS and type(value) is str:
        return encodable(value)
    value = plain(value)
    if name in LISTS and isinstance(value, list | tuple | set | frozenset):
        return [encodable(item) if type(item) is str else as_id(item) or item for item in value]
    if name == "agent":
        return next(iter(names_of(value)), value)
    return keeping.value(value)


def agent(named: dict[str, Any], keeping: Keeping) -> tuple[list[str], dict[str, Any]]:
    """The agent a call is about, and what the call says of it."""
    rest = dict(named)
    names: list[str] = []
    for name in AGENT:
        if name in rest and not names:
            names = names_of(rest[name])
            if names and not isinstance(rest[name], Mapping):
                del rest[name]
    details: dict[str, Any] = {}
    for name, value in rest.items():
        names = names or (names_of(value) if type(value) not in SIMPLE else [])
        if type(value) is dict or isinstance(value, Mapping):
            details.update({key: item for key, item in value.items() if key not in AGENT_IDS})
        else:
            details["status" if name == STATE and type(plain(value)) is str else name] = plain(value)
    details.pop("agent_id", None)
    return names, keeping.named(details)
