"""A socket's bytes with an end: whoever sends or reads too slowly, or sends too much, is let go."""

from __future__ import annotations

import contextlib
import io
import select
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

REQUEST_SECONDS = 10.0
"""For the whole of a request to arrive."""
ANSWER_SECONDS = 30.0
"""How long a reader may keep an answer waiting."""
RATE = 8_192
"""Bytes it has to take a second, when that is over."""
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
    """What a client is sent; raises `TimeoutError` when it keeps us waiting.

    It may do so for `ANSWER_SECONDS` in all, and earns a second for each `RATE` bytes it takes, and for each that it
    waits for us: a stream may last for ever, an answer may not.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._patience, self._rested = ANSWER_SECONDS, time.monotonic()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._earn(time.monotonic() - self._rested)
        with memoryview(data).cast("B") as view:
            size, sent = len(view), 0
            while sent < size:
                self._wait()
                count = self._connection.send(view[sent:], socket.MSG_DONTWAIT)
                self._earn(count / RATE)
                sent += count
        self._rested = time.monotonic()
        return size

    def _wait(self) -> None:
        began = time.monotonic()
        if not _ready(self._connection, select.POLLOUT, self._patience):
            raise TimeoutError("The reader takes too little.")
        self._patience = max(0.0, self._patience - (time.monotonic() - began))

    def _earn(self, seconds: float) -> None:
        self._patience = min(ANSWER_SECONDS, self._patience + seconds)

    def fileno(self) -> int:
        return self._connection.fileno()


class Paced:
    """A connection that sends all of it or raises, one sender at a time, and may be used as the socket that it is."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self.out = Outgoing(connection)

    def send(self, data: bytes) -> int:
        with self._lock:
            return self.out.write(data)

    sendall = send

    def close(self) -> None:
        """End the conversation; the descriptor is the server's, which closes it when the request is over."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _ready(connection: socket.socket, event: int, seconds: float) -> bool:
    if connection.fileno() < 0:
        raise ConnectionAbortedError("The connection was ended meanwhile.")
    poll = select.poll()
    poll.register(connection, event)
    return bool(poll.poll(seconds * 1000))
