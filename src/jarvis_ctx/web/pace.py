"""A socket's bytes with an end: whoever sends or reads too slowly, or sends too much, is let go."""

from __future__ import annotations

import io
import select
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

REQUEST_SECONDS = 10.0
"""For the whole of a request to arrive."""
ANSWER_SECONDS = 30.0
"""For a reader to take the next part of an answer."""
REQUEST_BYTES = 262_144
"""Request line, headers and body together."""


class Incoming(io.RawIOBase):
    """What a client sends, for `REQUEST_SECONDS` and `REQUEST_BYTES` and no longer; after that it ends."""

    def __init__(self, connection: socket.socket, seconds: float = REQUEST_SECONDS) -> None:
        self._connection, self._left = connection, REQUEST_BYTES
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """The next bytes; 0 at the end. Raises `TimeoutError`."""
        with memoryview(buffer).cast("B") as view:
            room = min(len(view), self._left)
            if room == 0:
                return 0
            wait = self._deadline - time.monotonic()
            if wait <= 0 or not _ready(self._connection, select.POLLIN, wait):
                raise TimeoutError("The request took too long to arrive.")
            count = self._connection.recv_into(view[:room])
        self._left -= count
        return count


class Outgoing(io.BufferedIOBase):
    """What a client is sent; raises `TimeoutError` when it takes nothing for `ANSWER_SECONDS`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        with memoryview(data).cast("B") as view:
            size, sent = len(view), 0
            while sent < size:
                if not _ready(self._connection, select.POLLOUT, ANSWER_SECONDS):
                    raise TimeoutError("The reader takes nothing.")
                sent += self._connection.send(view[sent:], socket.MSG_DONTWAIT)
        return size

    def fileno(self) -> int:
        return self._connection.fileno()


def _ready(connection: socket.socket, event: int, seconds: float) -> bool:
    if connection.fileno() < 0:
        raise ConnectionAbortedError("The connection was ended meanwhile.")
    poll = select.poll()
    poll.register(connection, event)
    return bool(poll.poll(seconds * 1000))
