"""Generators as calls: a coroutine stands for the whole of one, and hands its items out on the way."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextvars import Context, copy_context
from typing import Any

from jarvis_ctx.attach.call import AsyncCall
from jarvis_ctx.capture.unfinished import NotKept
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import JarvisError

KEPT_ITEMS = 10_000
"""Items of one generator that are kept for a re-run; with more, it runs again instead."""


CLOSING = object()
"""Sent in when the caller closes the generator: a GeneratorExit thrown in would end the coroutine, too."""


class _Item:
    """A value on its way out of the coroutine; awaiting it gives what is sent in for it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[_Item, Any, Any]:
        return (yield self)


class StreamCall(AsyncCall):
    """The call of a generator function, from its first item to its end; gives `{"yielded": …, "returned": …}`."""

    __slots__ = ("begun", "items", "keeping")
    loops = False

    def __init__(self, *call: Any) -> None:
        super().__init__(*call)
        self.begun = False
        self.items: list[Any] = []
        self.keeping = True

    async def __call__(self) -> Any:
        self.begun = True
        try:
            kept = await self._run(self.function(*self.args, **self.kwargs))
        except BaseException as error:
            self.error = error
            raise
        self.done = True
        return kept

    async def _run(self, source: Any) -> Any:
        try:
            item = next(source)
            while True:
                try:
                    sent = await self._out(item)
                except BaseException as error:  # Thrown in by the caller: it is the generator's to answer.
                    item = source.throw(error)
                    continue
                if sent is CLOSING:
                    source.close()
                    return NotKept()
                item = source.send(sent)
        except StopIteration as stop:
            self.result = stop.value
        return self._kept()

    def _out(self, item: Any) -> _Item:
        if self.keeping and len(self.items) < KEPT_ITEMS:
            try:  # A copy: the generator may go on to change what it gave out.
                self.items.append(exact.decode(exact.encode(item)))
            except JarvisError:
                self.keeping = False
        else:
            self.keeping = False
        return _Item(item)

    def _kept(self) -> Any:
        return {"yielded": self.items, "returned": self.result} if self.keeping else NotKept()


class AsyncStreamCall(StreamCall):
    """The call of an async generator function."""

    __slots__ = ()
    loops = True

    async def _run(self, source: Any) -> Any:
        try:
            item = await anext(source)
            while True:
                try:
                    sent = await self._out(item)
                except BaseException as error:  # As in `StreamCall._run`.
                    item = await source.athrow(error)
                    continue
                if sent is CLOSING:
                    await source.aclose()
                    return NotKept()
                item = await source.asend(sent)
        except StopAsyncIteration:
            pass
        return self._kept()


def drive(call: StreamCall, whole: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """The generator that `whole` stands for; where the call was not made, the one that a kept result stands for."""
    context = copy_context()
    go_on: Callable[[Any], Any] = whole.send
    value: Any = None
    while True:
        try:
            item = context.run(go_on, value)
        except StopIteration as stop:
            kept = stop.value
            break
        try:
            go_on, value = whole.send, (yield item.value)
        except GeneratorExit:
            _close(context, whole)
            raise
        except BaseException as error:  # As in `StreamCall._run`.
            go_on, value = whole.throw, error
    if call.begun:
        return call.result
    yield from kept["yielded"]
    return kept["returned"]


def _close(context: Context, whole: Coroutine[Any, Any, Any]) -> None:
    try:
        context.run(whole.send, CLOSING)
    except StopIteration:
        pass  # The usual end: the person's generator closed, and that is recorded.


class AsyncDrive:
    """The async generator that `whole` stands for, step by step: each gives the next item, or `END`."""

    END = _Item(None)

    def __init__(self, call: StreamCall, whole: Coroutine[Any, Any, Any]) -> None:
        self._call, self._whole, self._context = call, whole, copy_context()
        self._kept: Iterator[Any] | None = None

    async def send(self, value: Any) -> _Item:
        """Go on with what the caller sent in."""
        return await self._step(self._whole.send, value) if self._kept is None else self._next_kept()

    async def throw(self, error: BaseException) -> _Item:
        """Go on with what the caller threw in."""
        if self._kept is not None:
            raise error
        return await self._step(self._whole.throw, error)

    async def _step(self, go_on: Callable[[Any], Any], value: Any) -> _Item:
        while True:
            try:
                out = self._context.run(go_on, value)
            except StopIteration as stop:
                self._kept = iter(() if self._call.begun else stop.value["yielded"])
                return self._next_kept()
            if type(out) is _Item:
                return out
            try:
                go_on, value = self._whole.send, await _Passed(out)
            except BaseException as error:  # From the event loop, as a cancellation: it is for the code that waits.
                go_on, value = self._whole.throw, error

    def _next_kept(self) -> _Item:
        for item in self._kept or ():
            return _Item(item)
        return self.END


class _Passed:
    """What the coroutine waits for, handed on to the event loop."""

    __slots__ = ("awaited",)

    def __init__(self, awaited: Any) -> None:
        self.awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self.awaited)
