"""What stands around a captured call of an object with a state: the state is kept when the call has returned."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jarvis_ctx.attach.around import Around, AroundNote
from jarvis_ctx.attach.call import REFUSALS, AsyncCall, Call
from jarvis_ctx.attach.captured import captured_in
from jarvis_ctx.capture.state_source import StateSource

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager


class AroundState:
    """Another way around the call, and the state of the call's object afterwards, however the call went."""

    def __init__(self, around: Around, source: StateSource) -> None:
        self.method, self._around, self._source = around.method, around, source
        self._claimed = not isinstance(around, AroundNote)

    def run(self, manager: JarvisContextManager, call: Call) -> Any:
        self._before(manager, call)
        try:
            result = self._around.run(manager, call)
        except BaseException:
            self._after_error(manager, call)
            raise
        self._after(manager, call)
        return result

    async def arun(self, manager: JarvisContextManager, call: AsyncCall) -> Any:
        self._before(manager, call)
        work: Awaitable[Any] = self._around.arun(manager, call)
        try:
            result = await work
        except BaseException:
            self._after_error(manager, call)
            raise
        self._after(manager, call)
        return result

    def repeats(self, manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        return self._around.repeats(manager, args, kwargs)

    def _before(self, manager: JarvisContextManager, call: Call) -> None:
        """An object whose `__init__` is not ours to follow is watched from its first call on."""
        obj = call.args[0]
        if not manager.states.knows(obj) and captured_in(type(obj).__init__) is None:
            watch(manager, obj, self._source)

    def _after(self, manager: JarvisContextManager, call: Call) -> None:
        try:
            manager.states.returned(call.args[0], claimed=self._claimed)
        except REFUSALS:
            raise
        except Exception as error:  # The call stands whatever became of the state; the loss is counted.
            manager.capture_failed(f"the state after {self.method}", error)

    def _after_error(self, manager: JarvisContextManager, call: Call) -> None:
        if call.error is not None:
            with suppress(Exception):  # The call's own error goes on; the loss has been counted.
                self._after(manager, call)


def watch(manager: JarvisContextManager, obj: Any, source: StateSource | None) -> None:
    """Keep the object's state from now on, and give back what was kept before a crash."""
    if source is None:
        return
    try:
        manager.states.watch(obj, source)
    except REFUSALS:
        raise
    except Exception as error:  # The object works all the same; the loss is counted.
        manager.capture_failed("the state of an object", error)
