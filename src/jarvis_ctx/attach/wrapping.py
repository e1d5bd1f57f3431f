"""Wraps one function of any colour, so that its calls are captured; it keeps its name, signature and docs."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any

from jarvis_ctx.attach.around import Around
from jarvis_ctx.attach.call import AsyncCall, Call
from jarvis_ctx.attach.streams import CLOSING, AsyncDrive, AsyncStreamCall, StreamCall, drive
from jarvis_ctx.capture.parameters import Colour, colour

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

Function = Callable[..., Any]
Find = Callable[[tuple[Any, ...], dict[str, Any]], "JarvisContextManager | None"]
"""The sidecar that captures a call with these arguments, or None where it goes uncaptured."""


def wrap(function: Function, around: Around, find: Find, *, called: Function | None = None) -> Function:
    """A function like `function` whose calls `around` records in the sidecar that `find` names.

    `called` is what does the work where that is not `function` itself. The work is done at most once a call; its
    exceptions pass through untouched; a failure to record is counted by the sidecar and changes nothing for the caller.
    A generator is one call from its first item to its end; it runs in a copy of its caller's context variables.
    """
    return functools.wraps(function)(_WRAPPERS[colour(function)](called or function, around, find))


def _sync(function: Function, around: Around, find: Find) -> Function:
    def captured(*args: Any, **kwargs: Any) -> Any:
        manager = find(args, kwargs)
        if manager is None:
            return function(*args, **kwargs)
        if manager.due is not None:
            manager.due.go_on()
        call = Call(function, args, kwargs)
        try:
            return around.run(manager, call)
        except BaseException as error:  # Whose error it is, is told below; no way out of the person's code is changed.
            if error is call.error:
                raise
            problem = error
        return call() if call.still_due(manager, around.method, problem) else call.result

    return captured


def _async(function: Function, around: Around, find: Find) -> Function:
    async def captured(*args: Any, **kwargs: Any) -> Any:
        return await _made(AsyncCall(function, args, kwargs), around, find(args, kwargs))

    return captured


async def _made(call: AsyncCall, around: Around, manager: JarvisContextManager | None) -> Any:
    if manager is None:
        return await call()
    if manager.due is not None and call.loops:
        await manager.due.ago_on()
    try:
        return await around.arun(manager, call)
    except BaseException as error:  # As in `_sync`.
        if error is call.error:
            raise
        problem = error
    return await call() if call.still_due(manager, around.method, problem) else call.result


def _generator(function: Function, around: Around, find: Find) -> Function:
    def captured(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        manager = find(args, kwargs)
        if manager is None:
            return (yield from function(*args, **kwargs))
        if manager.due is not None:
            manager.due.go_on()
        call = StreamCall(function, args, kwargs)
        return (yield from drive(call, _made(call, around, manager)))

    return captured


def _async_generator(function: Function, around: Around, find: Find) -> Function:
    async def captured(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        call = AsyncStreamCall(function, args, kwargs)
        steps = AsyncDrive(call, _made(call, around, find(args, kwargs)))
        item = await steps.send(None)
        while item is not AsyncDrive.END:
            try:
                sent = yield item.value
            except GeneratorExit:
                await steps.send(CLOSING)
                raise
            except BaseException as error:  # Thrown in by the caller: it is the generator's to answer.
                item = await steps.throw(error)
            else:
                item = await steps.send(sent)

    return captured


_WRAPPERS: dict[Colour, Callable[[Function, Around, Find], Function]] = {
    "sync": _sync,
    "async": _async,
    "generator": _generator,
    "async generator": _async_generator,
}
