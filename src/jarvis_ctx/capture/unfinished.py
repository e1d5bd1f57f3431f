"""An unfinished call of a crashed run: which one it was, with what it was called, and who may wait for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.capture.methods import Binding
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.model.ids import TaskId

if TYPE_CHECKING:
    from concurrent.futures import Future

Stage = Literal["waiting", "called", "taken"]
"""Not begun yet; called by the sidecar; taken over by the program's own call, which came first."""


class NotKept:
    """The result of a generator not run to its end, or too long; it cannot be stored, so it is not kept."""


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make again, as the run that died recorded it. `refused` says why it cannot be made."""

    task: TaskId
    method: str
    owner: str = ""
    """The full name of the class whose object, or which itself, was called."""
    binding: Binding = "instance"
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    """Both as tagged JSON."""
    refused: str = ""

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as they were, exactly; new ones each time. Raises `CorruptData`."""
        kwargs = {name: exact.from_tree(tree) for name, tree in self.kwargs.items()}
        return [exact.from_tree(tree) for tree in self.args], kwargs


def unfinished(task: TaskId, method: str, call: Any) -> Unfinished:
    """From what an attempt keeps of its call (UNSET: nothing)."""
    if call is msgspec.UNSET:
        return Unfinished(
            task=task, method=method, refused="its run did not keep arguments (resume was not redispatch)"
        )
    known = {name: call[name] for name in ("owner", "binding", "args", "kwargs", "refused") if name in call}
    try:
        found = decoding.convert({"task": task, "method": method, **known}, Unfinished)
        found.arguments()
    except (msgspec.ValidationError, CorruptData):
        return Unfinished(task=task, method=method, refused="what was kept of its call cannot be read")
    return found


class Entry:
    """An unfinished call on its way. `outcome` holds what came of it once the sidecar has made it."""

    def __init__(self, call: Unfinished) -> None:
        from concurrent.futures import Future

        self.call = call
        self.stage: Stage = "waiting"
        self.reached = False
        """Whether the sidecar's call has come to the method; a further call inside it is another one."""
        self.outcome: Future[Any] = Future()
        self.waits_for: set[Entry] = set()

    def is_for(self, method: str) -> bool:
        """Whether the sidecar's call, on its way to a method, has come to this one."""
        return not self.reached and self.call.method == method

    def ended(self, result: Any) -> Any:
        """Note and give back what the sidecar's call returned."""
        if not self.outcome.done():
            self.outcome.set_result(result)
        return result

    async def awaited(self, can_wait: bool) -> Any:
        """Wait for what comes of it, and give or raise that; `NotKept` where this caller must not wait."""
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:  # A generator's call, driven without an event loop, may block.
            return self.outcome.result()
        if can_wait and not self.outcome.done():
            return await asyncio.shield(asyncio.wrap_future(self.outcome))
        return self.outcome.result() if self.outcome.done() else NotKept()

    def leads_to(self, other: Entry) -> bool:
        """Whether it cannot end before `other` does."""
        if self.outcome.done():
            return False
        return self is other or any(entry.leads_to(other) for entry in self.waits_for)
