"""One reader of the journal for all who listen: each event is read, redacted and encoded once."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from jarvis_ctx.errors import TooManyStreams
from jarvis_ctx.journal.place import Place
from jarvis_ctx.web.awaited import Followed
from jarvis_ctx.web.subject import Subject

log = logging.getLogger("jarvis_ctx")

RING_EVENTS, RING_BYTES = 8_192, 8_388_608
"""How many of the latest events, and how many bytes of them, are kept for readers that are slower: for all together."""
PART_EVENTS, PART_BYTES = 256, 65_536
"""How many messages a reader takes at a time, and how many bytes; it keeps them until they are sent."""


class Message(msgspec.Struct, frozen=True):
    """An event as it is sent; `place` is where to go on behind it."""

    number: int
    """Counts the messages of this process."""
    place: str
    writer: str
    of_writer: int
    kind: str
    subject: str
    data: bytes


class Hub:
    """Reads while somebody listens, in one thread. Safe in any thread.

    A reader has only the number of the message it wants next: one that is stuck holds up nobody and keeps nothing.
    """

    def __init__(self, subject: Subject, encode: Callable[[Any], bytes]) -> None:
        self._subject, self._encode = subject, encode
        self._turn = threading.Lock()
        """Held by whoever takes a step, so that the ring and the place are of one moment."""
        self._news = threading.Condition()
        self._ring: deque[Message] = deque()
        self._bytes, self._next, self._readers = 0, 0, 0
        self._following: Followed | None = None

    def join(self) -> tuple[int, Place]:
        """The number of the next message, and the place before it. Raises `TooManyStreams`, and as a view does."""
        with self._turn:
            if self._readers >= self._subject.streams:
                raise TooManyStreams(limit=self._subject.streams)
            if self._following is None:
                self._following = self._subject.following()
                threading.Thread(target=self._run, args=[self._following], name="jarvis-stream", daemon=True).start()
            self._readers += 1
            try:
                self._step(self._following)
            except BaseException:
                self._left()  # Whoever is refused does not call `leave`.
                raise
            return self._next, self._following.place.copy()

    def leave(self) -> None:
        """One reader fewer; with the last one the reading ends."""
        with self._turn:
            self._left()

    def _left(self) -> None:
        self._readers -= 1
        if self._readers == 0 and self._following is not None:
            self._following.close()
            self._following = None
            self._clear()

    def reached(self) -> int:
        """The number of the next message, once everything that was appended before this call has its message."""
        with self._turn:
            if self._following is not None:
                self._step(self._following)
            return self._next

    def after(self, number: int, seconds: float) -> list[Message]:
        """Some messages from `number` on, or from the oldest that is kept; waits until there are some."""
        with self._news:
            if self._next <= number:
                self._news.wait(seconds)
            first = self._next - len(self._ring)
            start = max(number, first) - first
            return _part(self._ring[index] for index in range(start, min(start + PART_EVENTS, len(self._ring))))

    def _run(self, following: Followed) -> None:
        pause, failing = threading.Event(), False
        while self._following is following:
            try:
                with self._turn:
                    if self._following is following:
                        self._step(following)
                failing = False
            except Exception:  # The host is not harmed, it is logged, and the next step may succeed.
                if not failing:
                    log.exception("The live stream cannot read on at the moment")
                failing = True
            pause.wait(1.0 if failing else self._subject.period)

    def _step(self, following: Followed) -> None:
        before = following.place.copy()
        lines = following.step()
        if not lines:
            return
        made: list[Message] = []
        for line in lines:
            before.add(line["writer"], line["number"])
            made.append(self._message(self._next + len(made), before.token(), line))
        with self._news:
            self._ring.extend(made)
            self._next += len(made)
            self._bytes += sum(len(message.data) for message in made)
            while len(self._ring) > RING_EVENTS or self._bytes > RING_BYTES:
                self._bytes -= len(self._ring.popleft().data)
            self._news.notify_all()

    def _message(self, number: int, place: str, line: dict[str, Any]) -> Message:
        return Message(number, place, line["writer"], line["number"], line["kind"], line["subject"], self._encode(line))

    def _clear(self) -> None:
        with self._news:
            self._ring.clear()
            self._bytes = 0


def _part(messages: Iterable[Message]) -> list[Message]:
    """The first of them: one, and more while they are small."""
    part: list[Message] = []
    left = PART_BYTES
    for message in messages:
        if part and len(message.data) > left:
            break
        part.append(message)
        left -= len(message.data)
    return part
