"""What stands around a captured call: a claim, a step, or a note of what it said."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Protocol

from jarvis_ctx.attach.call import AsyncCall, Call
from jarvis_ctx.attach.notes import Note
from jarvis_ctx.capture.arguments import TaskArguments
from jarvis_ctx.capture.calls import Calls
from jarvis_ctx.capture.current import current_task, redispatched
from jarvis_ctx.capture.parameters import colour
from jarvis_ctx.capture.step_options import StepOptions
from jarvis_ctx.capture.steps import StepCall
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.ids import TaskId

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager


class Around(Protocol):
    """Makes a call and records it. `run` of a coroutine function is `arun`."""

    method: str

    def run(self, manager: JarvisContextManager, call: Call) -> Any:
        """Make the call, or give back what it once returned."""
        ...

    def arun(self, manager: JarvisContextManager, call: AsyncCall) -> Awaitable[Any]:
        """`run` for a coroutine function."""
        ...

    def repeats(self, manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether a call that reached a base class's method through `super()` is part of one already captured."""
        ...


class AroundClaim:
    """The call works on a task: claimed before, finished or failed after."""

    def __init__(self, method: str, task: TaskArguments, calls: Calls, *, completes: bool) -> None:
        self.method, self._task, self._calls, self._completes = method, task, calls, completes

    def run(self, manager: JarvisContextManager, call: Call) -> Any:
        return manager.claims.run(self._claim(manager, call), call)

    def arun(self, manager: JarvisContextManager, call: AsyncCall) -> Awaitable[Any]:
        return manager.claims.arun(self._claim(manager, call), call)

    def repeats(self, manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        running = current_task.get()
        if running is None or running.owner is not manager or running.key.partition("#")[0] != self.method:
            return False
        task = self._task.declared(args, kwargs)
        return task is None or task == running.task

    def _claim(self, manager: JarvisContextManager, call: Call) -> TaskCall:
        claims = manager.claims
        task, description, agent = self._task.read(call.args, call.kwargs)
        if claims.again is not None and (entry := redispatched.get()) is not None and entry.is_for(self.method):
            task = entry.call.task
        if task is None:
            task = claims.unnamed(self.method, self._task.hashed(call.args, call.kwargs))
        return TaskCall(
            method=self.method,
            task=TaskId(task),
            description=description,
            agent=agent,
            completes=self._completes,
            made=self._calls.keep(call.args, call.kwargs) if claims.keeps_calls else None,
            asking=call.asking,
            can_wait=call.loops,
        )


class AroundStep:
    """The call is a step of the running task. `first` arguments stand before the person's own."""

    def __init__(
        self,
        method: str,
        *,
        first: int,
        options: StepOptions,
    ) -> None:
        self.method, self._first, self._options = method, first, options

    def run(self, manager: JarvisContextManager, call: Call) -> Any:
        return manager.steps.run(self._step(call), call)

    def arun(self, manager: JarvisContextManager, call: AsyncCall) -> Awaitable[Any]:
        return manager.steps.arun(self._step(call), call)

    def repeats(self, manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        return True

    def _step(self, call: Call) -> StepCall:
        options, reconcile = self._options, self._options.reconcile
        if isinstance(reconcile, str):
            reconcile = getattr(call.args[0], reconcile)
        args = call.args[self._first :]
        return StepCall(
            name=self.method,
            args=args,
            kwargs=call.kwargs,
            key=options.key(*args, **call.kwargs) if callable(options.key) else options.key,
            reconcile=call.asking(reconcile) if callable(reconcile) else None,
            retries=options.retries,
            on_doubt=options.on_doubt,
        )


def refuse_retries_of_generators(function: Any, options: StepOptions, name: str) -> None:
    """Raises `BadValue`: what a generator has handed out cannot be taken back for another try."""
    if options.retries is not None and colour(function) in ("generator", "async generator"):
        raise BadValue(name=f"retries of {name}", value=options.retries.times, expected="none for a generator function")


class AroundNote:
    """The call says something: read from its arguments before it, kept once it has returned."""

    def __init__(self, method: str, note: Note) -> None:
        self.method, self._note = method, note

    def run(self, manager: JarvisContextManager, call: Call) -> Any:
        write = self._note(manager, call.args, call.kwargs)
        result = call()
        write(result)
        return result

    async def arun(self, manager: JarvisContextManager, call: AsyncCall) -> Any:
        write = self._note(manager, call.args, call.kwargs)
        made = await call()
        write(call.result)
        return made

    def repeats(self, manager: JarvisContextManager, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        return True
