"""Where in a call a task's id, its description and its agent are found; decided once, when the class is decorated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.parameters import Argument, Parameters
from jarvis_ctx.capture.values import SIMPLE, Keeping, as_id, part, text

IDS = ("task_id", "id")
DESCRIPTIONS = ("description", "title", "name")
AGENTS = ("agent", "agent_id")
OTHERS = ("agent", "worker", "assignee", "sender", "recipient")
"""Words in the names of arguments whose own id is not the task's."""


class TaskArguments:
    """The task of a call. `id`, `description` and `agent` name the arguments that hold them, if not by a usual name."""

    def __init__(
        self,
        method: str,
        parameters: Parameters,
        keeping: Keeping,
        *,
        id: str | None = None,
        description: str | None = None,
        agent: str | None = None,
    ) -> None:
        self.method, self._parameters, self._keeping = method, parameters, keeping
        self.id = parameters.find(id) if id else parameters.find(*IDS)
        self.description = parameters.find(*_first(description, DESCRIPTIONS))
        self.agent = parameters.find(*_first(agent, AGENTS))
        self.whole = parameters.find("task")
        """An argument that may be the task's description itself."""
        self.subjects = _subjects(parameters, {self.id, self.agent})
        self._by_keyword = id or IDS[0]
        alone = len(self.subjects) == 1 and self.id is self.description is self.agent is None
        self._alone = self.subjects[0] if alone and self.subjects[0].position >= 0 else None
        """The one argument that can say anything of the task."""

    def read(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[str | None, str, str]:
        """The declared id (or None), description and agent of this call."""
        if self._alone is not None and not kwargs and len(args) > (at := self._alone.position):
            subject = args[at]
            if type(subject) is dict:
                return _told_by(subject)
        task, subject = self._find(args, kwargs)
        return task, self._describe(subject, args, kwargs), self._find_agent(subject, args, kwargs)

    def declared(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
        """The declared id alone."""
        return self._find(args, kwargs)[0]

    def hashed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """What stands for the id of a call that declares none: a digest of its arguments, secrets left out."""
        named = self._parameters.named(args, kwargs)
        return arguments_digest(
            (), {name: value for name, value in named.items() if not self._keeping.leaves_out(name)}
        )

    def _find(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[str | None, Any]:
        """The declared id, and the mapping or object that is the task itself: the first with an id, else the first."""
        named = self.id.of(args, kwargs) if self.id is not None else kwargs.get(self._by_keyword, UNSET)
        task: str | None = None
        if named is not UNSET:
            task = as_id(named)
            if task is None and type(named) not in SIMPLE:
                return as_id(part(named, *IDS)), named
        subject: Any = UNSET
        for argument in self.subjects:
            value = argument.of(args, kwargs)
            if value is UNSET or type(value) in SIMPLE:
                continue
            if task is None and (declared := as_id(part(value, *IDS))) is not None:
                return declared, value
            if subject is UNSET:
                subject = value
        return task, subject

    def _describe(self, subject: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        if self.description is not None and (given := text(self.description.of(args, kwargs))):
            return given
        if subject is not UNSET:
            return text(part(subject, *DESCRIPTIONS))
        return text(self.whole.of(args, kwargs)) if self.whole is not None else ""

    def _find_agent(self, subject: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        value = self.agent.of(args, kwargs) if self.agent is not None else UNSET
        if value is UNSET and subject is not UNSET:
            value = part(subject, *AGENTS)
        return "" if value is UNSET or value is None else _named(value)


def _told_by(task: dict[Any, Any]) -> tuple[str | None, str, str]:
    """The id, description and agent that a task says of itself: as `TaskArguments` finds them, in a third of the time.

    Of the most usual call there is: its one argument is a dict.
    """
    get = task.get
    if (id := get("task_id")) is None:
        id = get("id")
    if (described := get("description")) is None and (described := get("title")) is None:
        described = get("name")
    if (agent := get("agent")) is None:
        agent = get("agent_id")
    return as_id(id), text(described), _named(agent) if agent is not None else ""


def _named(agent: Any) -> str:
    return as_id(agent) or as_id(part(agent, "agent_id", "id", "name")) or ""


def _first(name: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return (name,) if name else usual


def _subjects(parameters: Parameters, taken: Iterable[Argument | None]) -> tuple[Argument, ...]:
    """The arguments that may be the task itself, likeliest first: those named for a task, then any but an agent."""
    names = {argument.name for argument in taken if argument}
    open_ = [a for name, a in parameters.arguments.items() if name not in names and not any(w in name for w in OTHERS)]
    return tuple(sorted(open_, key=lambda argument: "task" not in argument.name))
