"""Wraps one function of any colour, so that its calls are captured; it keeps its name, signature and docs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jarvis_ctx.attach.around import Around
from jarvis_ctx.attach.call import AsyncCall, Call
from jarvis_ctx.capture.parameters import colour

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

Function = Callable[..., Any]
Find = Callable[[tuple[Any, ...], dict[str, Any]], "JarvisContextManager | None"]
"""The sidecar that captures a call with these arguments, or None where it goes uncaptured."""


def wrap(function: Function, around: Around, find: Find, *, called: Function | None = None) -> Function:
    """A function like `function` whose calls `around` records in the sidecar that `find` names.

    `called` is what does the work where that is not `function` itself. The work is done at most once a call; its
    exceptions pass through untouched; a failure to record is counted by the sidecar and changes nothing for the caller.
    """
    return functools.wraps(function)(_WRAPPERS[colour(function)](called or function, around, find))


def _sync(function: Function, around: Around, find: Find) -> Function:
    def captured(*args: Any, **kwargs: Any) -> Any:
        manager = find(args, kwargs)
        if manager is None:
            return function(*args, **kwargs)
        call = Call(function, args, kwargs)
        try:
            return around.run(manager, call)
        except BaseException as error:
            # Whose error it is, is told below; no way out of the person's code is changed.
            if error is call.error:
                raise
            problem = error
        return call() if call.still_due(manager, around.method, problem) else call.result

    return captured


def _async(function: Function, around: Around, find: Find) -> Function:
    async def captured(*args: Any, **kwargs: Any) -> Any:
        manager = find(args, kwargs)
        if manager is None:
            return await function(*args, **kwargs)
        call = AsyncCall(function, args, kwargs)
        try:
            return await around.arun(manager, call)
        except BaseException as error:
            # As in `_sync`.
            if error is call.error:
                raise
            problem = error
        return await call() if call.still_due(manager, around.method, problem) else call.result

    return captured


_WRAPPERS: dict[str, Callable[[Function, Around, Find], Function]] = {"sync": _sync, "async": _async}
