"""A watched run's tool calls, each a step: one that was finished before a crash gives its outcome again."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from agents import FunctionTool

from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.step_options import StepOptions
from jarvis_ctx.capture.steps import StepCall, Steps

Work = Callable[[], Awaitable[Any]]
NO_OPTIONS = StepOptions()


class ToolCalls:
    """The tool calls of one run.

    Equal calls are told apart by how many there were before in the run: in this attempt, and among those whose outcome
    the history has (`ended`, their tools and arguments), which the model does not ask for again.
    """

    def __init__(self, steps: Steps, options: Mapping[str, StepOptions], ended: Iterable[tuple[str, str]] = ()) -> None:
        self._steps, self._options = steps, options
        self._counts = Counter((tool, self._key(tool, _parsed(arguments))) for tool, arguments in ended)

    async def call(self, tool: str, arguments: str, work: Work) -> Any:
        """Call the tool, or give back what it returned before the crash. Raises `StepInDoubt`, and what `work` does."""
        options, given = self._options.get(tool, NO_OPTIONS), _parsed(arguments)
        key = self._key(tool, given)
        self._counts[tool, key] += 1
        made: list[Any] = []

        async def storable() -> Any:
            made.append(await work())
            return _storable(made[-1])

        step = StepCall(
            name=tool,
            kwargs=given,
            key=f"{key}#{self._counts[tool, key]}",
            reconcile=options.reconcile if callable(options.reconcile) else None,
            retries=options.retries,
            on_doubt=options.on_doubt,
        )
        kept = await self._steps.arun(step, storable)
        return made[-1] if made else kept

    def _key(self, tool: str, given: dict[str, Any]) -> str:
        key = self._options.get(tool, NO_OPTIONS).key
        return key(**given) if callable(key) else key or arguments_digest((), given)

    @contextmanager
    def current(self) -> Iterator[None]:
        """While this lasts, tools that were `taken_up` are called through here."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


# Follows a call as the current task does: the SDK makes tool calls in tasks of their own, which inherit it.
_current: ContextVar[ToolCalls | None] = ContextVar("jarvis_ctx_tool_calls", default=None)


class Invoker:
    """Calls a tool through the watched run it is called in, and in any other as ever.

    In all else it is what it stands for, which the SDK looks into.
    """

    def __init__(self, tool: str, invoke: Callable[[Any, str], Awaitable[Any]]) -> None:
        self._tool, self._invoke = tool, invoke
        self.__signature__ = inspect.signature(invoke)

    async def __call__(self, context: Any, arguments: str) -> Any:
        calls = _current.get()
        if calls is None:
            return await self._invoke(context, arguments)
        return await calls.call(self._tool, arguments, lambda: self._invoke(context, arguments))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._invoke, name)

    @property  # type: ignore[misc]  # the SDK asks `isinstance`, and nobody sets it
    def __class__(self) -> Any:
        return type(self._invoke)


def taken_up(tool: object) -> None:
    """Let a function tool be called through `ToolCalls`, from now on."""
    if isinstance(tool, FunctionTool) and type(tool.on_invoke_tool) is not Invoker:
        tool.on_invoke_tool = Invoker(tool.name, tool.on_invoke_tool)


def _parsed(arguments: str) -> dict[str, Any]:
    """The arguments as a model gives them, by name; what is no JSON object is one of them, `input`."""
    try:
        given = json.loads(arguments or "{}")
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {"input": arguments}


def _storable(result: Any) -> Any:
    """What the SDK takes for the same result: its structured outputs may be plain dicts, too."""
    return result.model_dump() if hasattr(result, "model_dump") else result
