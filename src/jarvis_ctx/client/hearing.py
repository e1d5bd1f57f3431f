"""`AsyncStream`: the events as they come, for an event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from types import TracebackType
from typing import TYPE_CHECKING

from jarvis_ctx.client.course import Began, Course, Item
from jarvis_ctx.client.face import Face
from jarvis_ctx.client.retrying import Failure, Reply
from jarvis_ctx.model.answers import LiveEvent, Missed

if TYPE_CHECKING:
    import httpx


class AsyncStream:
    """`Stream` for an event loop: walk it with `async for`, close it with `aclose()` or use it in an `async with`."""

    def __init__(self, face: Face, http: httpx.AsyncClient, course: Course) -> None:
        self._face, self._http, self._course = face, http, course
        self._items = self._run()
        self.position: str | None = None
        """Where to go on behind what was given; None before the first connection."""

    async def begin(self) -> str:
        """Connect, if that was not done yet: nothing that happens from here on is left out. The position."""
        while self.position is None:
            self._given(await anext(self._items))
        return self.position

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> LiveEvent | Missed:
        while True:
            item = self._given(await anext(self._items))
            if not isinstance(item, Began):
                return item

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Listen no more."""
        await self._items.aclose()

    def _given(self, item: Item) -> Item:
        if not isinstance(item, Missed):
            self.position = item.position
        return item

    async def _run(self) -> AsyncGenerator[Item, None]:
        while True:
            outcome: Reply | Failure
            try:
                async with self._http.stream(**self._face.listening(self._course.question())) as response:
                    if response.status_code == 200:
                        async for chunk in response.aiter_bytes():
                            for item in self._course.feed(chunk):
                                yield item
                        outcome = Reply(200, response.headers, b"")
                    else:
                        await response.aread()
                        outcome = self._face.reply(response)
            except self._face.broken as error:
                outcome = self._face.failure(error)
            import asyncio  # Only who waits pays for it.

            await asyncio.sleep(self._course.broken(outcome))
