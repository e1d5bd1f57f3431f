"""Many listeners of a live stream, read by one thread."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable

import websocket

SILENCE = 60.0
"""Seconds without any message after which what has not come is lost."""
WEIGHED = 0.25
"""Seconds between two looks at what the server weighs."""
SUBJECT = b'"subject":"'


class Audience:
    """Counts what each of the streams is told; the tasks told of are named `NUMBER.…`, from 0 on."""

    def __init__(self, streams: list[websocket.WebSocket]) -> None:
        self._next = dict.fromkeys(streams, 0)
        self.seen = self.lost = 0

    def listen(self, count: int, weigh: Callable[[], int]) -> int:
        """Until all have been told of `count` tasks, or nothing comes; the most that `weigh` gave meanwhile."""
        most, due = weigh(), time.monotonic()
        with selectors.DefaultSelector() as ready:
            for stream in self._next:
                assert stream.sock is not None
                ready.register(stream.sock, selectors.EVENT_READ, stream)
            while ready.get_map() and (keys := ready.select(SILENCE)):
                for key, _ in keys:
                    if self._take(key.data) >= count:
                        ready.unregister(key.fileobj)
                if time.monotonic() >= due:
                    most, due = max(most, weigh()), time.monotonic() + WEIGHED
        self.lost += sum(count - reached for reached in self._next.values())
        return most

    def _take(self, stream: websocket.WebSocket) -> int:
        """Read one message; how far the stream has come."""
        _, message = stream.recv_data()
        subject = message.partition(SUBJECT)[2]
        number = subject.partition(b".")[0]
        if number.isdigit():
            self.lost += int(number) - self._next[stream]
            self._next[stream] = int(number) + 1
            self.seen += 1
        return self._next[stream]
