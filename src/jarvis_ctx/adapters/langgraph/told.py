"""What a node's writes say to people: which way it goes on, what was said, what a person is asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.types import Send

from jarvis_ctx.adapters.plain import SHOWN, plain
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.sidecar import JarvisContextManager

BRANCH, TASKS, INTERRUPT = "branch:to:", "__pregel_tasks", "__interrupt__"
SAID = 10_000
"""Messages that are known to have been told."""


class Telling:
    """Tells of one graph's writes."""

    def __init__(self, manager: JarvisContextManager, branching: set[str]) -> None:
        self._manager, self._branching = manager, branching
        self._said: OrderedDict[tuple[str, str], None] = OrderedDict()

    def tell(self, thread: str, call: TaskCall | None, writes: Sequence[tuple[str, Any]]) -> None:
        """Tell what these writes say; `call` is the node's, where one wrote them."""
        for message in (each for _, value in writes for each in _messages(value)):
            self._message(thread, call, message)
        if call is not None:
            self._routed(thread, call, writes)

    def _routed(self, thread: str, call: TaskCall, writes: Sequence[tuple[str, Any]]) -> None:
        there = [channel[len(BRANCH) :] for channel, _ in writes if channel.startswith(BRANCH)]
        sent = [value.node for channel, value in writes if channel == TASKS and isinstance(value, Send)]
        if sent or (there and call.method in self._branching):
            context = {"thread": thread, "node": call.method, "task": call.task}
            self._manager.log_decision("route", context=context, decision=[*there, *sent])

    def _message(self, thread: str, call: TaskCall | None, message: BaseMessage) -> None:
        key = thread, message.id or str(id(message))
        if key in self._said:
            return
        self._said[key] = None
        if len(self._said) > SAID:
            self._said.popitem(last=False)
        details = {"thread": thread, "node": call.method if call is not None else "", "id": message.id or ""}
        calls = getattr(message, "tool_calls", None)
        if calls:
            details["tool_calls"] = plain(calls)
        self._manager.add_message(message.type, plain(message.content), **details)


def _messages(value: Any) -> Iterable[BaseMessage]:
    if isinstance(value, BaseMessage):
        return [value]
    return [each for each in value if isinstance(each, BaseMessage)] if isinstance(value, list) else []


def shown(asked: Any) -> str:
    """What a node asks a person, as text."""
    values = [getattr(each, "value", each) for each in (asked if isinstance(asked, (list, tuple)) else [asked])]
    return "; ".join(value if isinstance(value, str) else repr(value) for value in values)[:SHOWN] or "an answer"
