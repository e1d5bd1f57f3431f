"""What each kind of telling call leaves in the journal; each note is read before the call and written after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from jarvis_ctx.capture import fields
from jarvis_ctx.capture.arguments import TaskArguments
from jarvis_ctx.capture.conventions import Meaning
from jarvis_ctx.capture.current import current_task
from jarvis_ctx.capture.parameters import Parameters
from jarvis_ctx.capture.values import Keeping
from jarvis_ctx.errors import BadValue

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

Write = Callable[[Any], None]
Note = Callable[["JarvisContextManager", tuple[Any, ...], dict[str, Any]], Write]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A telling method: its name, its parameters, where its task is found, and what is kept of its values."""

    method: str
    parameters: Parameters
    task: TaskArguments
    keeping: Keeping

    def named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by name, without those that are left out."""
        named = self.parameters.named(args, kwargs)
        return {name: value for name, value in named.items() if not self.keeping.leaves_out(name)}

    def task_id(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """The task a call is about: the one it names, else the one that is running. Raises `BadValue`."""
        task = self.task.declared(args, kwargs)
        if task is not None:
            return task
        running = current_task.get()
        if running is None:
            raise BadValue(name=f"the task of {self.method}", value=None, expected="an argument or key task_id or id")
        return running.task


def note(meaning: Meaning, source: Source) -> Note:
    """What a call of this meaning leaves behind. Only for meanings that tell, not for claims and steps."""
    return NOTES[meaning](source)


def _progress(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        task = source.task_id(args, kwargs)
        changes = fields.progress(source.task, source.parameters, source.keeping, args, kwargs)
        return lambda result: manager.update_task_progress(task, changes)

    return read


def _ending(status: str, always: dict[str, Any]) -> Callable[[Source], Note]:
    def note_of(source: Source) -> Note:
        def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
            task = source.task_id(args, kwargs)
            said = fields.progress(source.task, source.parameters, source.keeping, args, kwargs)
            return lambda result: manager.update_task_progress(task, {**said, **always, "status": status})

        return read

    return note_of


def _agent(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        names, details = fields.agent(source.named(args, kwargs), source.keeping)
        _some(names, source)

        def write(result: Any) -> None:
            for name in names:
                manager.update_agent_state(name, details)

        return write

    return read


def _gone(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        names, _ = fields.agent(source.named(args, kwargs), source.keeping)
        _some(names, source)

        def write(result: Any) -> None:
            for name in names:
                manager.agent_gone(name)

        return write

    return read


def _heartbeat(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        names, details = fields.agent(source.named(args, kwargs), source.keeping)

        def write(result: Any) -> None:
            for name in names or [manager.settings.name]:
                manager.heartbeat(name, **details)

        return write

    return read


def _message(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        message = fields.message(source.named(args, kwargs), source.keeping, manager.settings.name)

        def write(result: Any) -> None:
            for recipient in message.recipients:
                manager.log_agent_message(message.sender, recipient, message.content, **message.details)

        return write

    return read


def _conversation(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        said = fields.utterance(source.named(args, kwargs), source.keeping)
        return lambda result: manager.add_message(said.role, said.content, **said.details)

    return read


def _decision(source: Source) -> Note:
    def read(manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Write:
        context = source.keeping.named(source.named(args, kwargs))
        running = current_task.get()
        details = {"task": running.task} if running is not None else {}

        def write(result: Any) -> None:
            reasoning, outcome = fields.reasons(result, source.keeping)
            decided = source.keeping.result(result)
            manager.log_decision(source.method, context, decided, reasoning, outcome, **details)

        return write

    return read


def _some(names: list[str], source: Source) -> None:
    if not names:
        raise BadValue(name=f"the agent of {source.method}", value=None, expected="an argument agent_id, agent or name")


NOTES: dict[Meaning, Callable[[Source], Note]] = {
    "progress": _progress,
    "complete": _ending("completed", {"percentage": 100}),
    "fail": _ending("failed", {}),
    "cancel": _ending("cancelled", {}),
    "agent": _agent,
    "gone": _gone,
    "heartbeat": _heartbeat,
    "message": _message,
    "decision": _decision,
    "conversation": _conversation,
}
