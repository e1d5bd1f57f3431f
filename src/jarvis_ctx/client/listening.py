"""`Stream`: the events as they come, over as many connections as it takes."""

from __future__ import annotations

import time
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING

from jarvis_ctx.client.course import Began, Course, Item
from jarvis_ctx.client.face import Face
from jarvis_ctx.client.retrying import Failure, Reply
from jarvis_ctx.model.answers import LiveEvent, Missed

if TYPE_CHECKING:
    import httpx


class Stream:
    """An endless iterator of `LiveEvent`, and of `Missed` where it was read too slowly; for one thread.

    A connection that breaks is made again with longer and longer waits, and the stream goes on where it broke: no event
    is left out and none comes twice. Raises what the server refuses with (`Unauthorized`, `NotFound` for a position of
    another store ...), and `ServerUnreachable` when nobody answers for `Patience.reconnect` seconds.
    """

    def __init__(self, face: Face, http: httpx.Client, course: Course) -> None:
        self._face, self._http, self._course = face, http, course
        self._items = self._run()
        self.position: str | None = None
        """Where to go on behind what was given; None before the first connection."""

    def begin(self) -> str:
        """Connect, if that was not done yet: nothing that happens from here on is left out. The position."""
        while self.position is None:
            self._given(next(self._items))
        return self.position

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> LiveEvent | Missed:
        while True:
            item = self._given(next(self._items))
            if not isinstance(item, Began):
                return item

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more."""
        self._items.close()

    def _given(self, item: Item) -> Item:
        if not isinstance(item, Missed):
            self.position = item.position
        return item

    def _run(self) -> Generator[Item, None, None]:
        while True:
            time.sleep(self._course.broken((yield from self._connection())))

    def _connection(self) -> Generator[Item, None, Reply | Failure]:
        try:
            with self._http.stream(**self._face.listening(self._course.question())) as response:
                if response.status_code != 200:
                    response.read()
                    return self._face.reply(response)
                for chunk in response.iter_bytes():
                    yield from self._course.feed(chunk)
                return Reply(200, response.headers, b"")
        except self._face.broken as error:
            return self._face.failure(error)
