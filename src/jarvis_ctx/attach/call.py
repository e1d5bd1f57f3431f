"""One call of a person's function: made once, whatever happens to its capture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jarvis_ctx.errors import Fenced, StepInDoubt, TaskQuarantined

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

REFUSALS = (Fenced, StepInDoubt, TaskQuarantined)
"""What is raised to the caller instead of making the call: this process, task or step must not go on."""


class Call:
    """Calls `function` when it is called itself, and remembers how that went."""

    __slots__ = ("args", "done", "error", "function", "kwargs", "result")
    loops = False

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None
        """What the person's own code raised."""

    def __call__(self) -> Any:
        try:
            self.result = self.function(*self.args, **self.kwargs)
        except BaseException as error:
            self.error = error
            raise
        self.done, self.error = True, None  # An earlier try of a step may have failed.
        return self.result

    def asking(self, reconcile: Callable[..., Any]) -> Callable[..., Any]:
        """`reconcile`, as code of the person's own: what it raises is theirs, and the call is not made."""

        def ask(*args: Any, **kwargs: Any) -> Any:
            try:
                return reconcile(*args, **kwargs)
            except BaseException as error:
                self.error = error
                raise

        return ask

    def still_due(self, manager: JarvisContextManager, method: str, problem: BaseException) -> bool:
        """Whether the call has yet to be made after `problem` stopped its capture, which is counted.

        Raises what the person's code raised, or `problem` itself where it says that the call must not be made.
        """
        if not isinstance(problem, Exception):  # As a cancellation while a step waits for its next try.
            raise problem
        if self.error is not None:
            raise self.error
        if isinstance(problem, REFUSALS):
            raise problem
        manager.capture_failed(method, problem)
        return not self.done


class AsyncCall(Call):
    """`Call` of a coroutine function."""

    __slots__ = ()
    loops = True
    """Whether it is awaited in an event loop; not so a generator's."""

    async def __call__(self) -> Any:
        try:
            self.result = await self.function(*self.args, **self.kwargs)
        except BaseException as error:
            self.error = error
            raise
        self.done, self.error = True, None  # An earlier try of a step may have failed.
        return self.result

    def asking(self, reconcile: Callable[..., Any]) -> Callable[..., Any]:
        """As of `Call`; a `reconcile` may be a coroutine function, too."""
        ask = super().asking(reconcile)

        def begin(*args: Any, **kwargs: Any) -> Any:
            answer = ask(*args, **kwargs)
            return self._awaited(answer) if hasattr(answer, "__await__") else answer

        return begin

    async def _awaited(self, answer: Any) -> Any:
        try:
            return await answer
        except BaseException as error:
            self.error = error
            raise
