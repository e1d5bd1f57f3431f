"""One who listens: what was since a place, then what comes, and in a word what was missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from jarvis_ctx.insight.following import Since
from jarvis_ctx.journal import place as places
from jarvis_ctx.journal.place import Place
from jarvis_ctx.web.live.hub import Hub, Message
from jarvis_ctx.web.subject import Subject

HISTORY = 20_000
"""Events that a stream which begins in the past is given before the present; of more, the latest."""
BEAT, LOOK = 15.0, 1.0
"""Seconds of silence after which a stream is told that it lives; seconds between two looks whether it is to end."""


class Item(msgspec.Struct, frozen=True):
    """What is sent: `event`, `missed`, or `hello` with the place where the stream begins; `beat` has no data."""

    kind: str
    place: str = ""
    data: bytes = b""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """From where, and which events: none named is all."""

    after: Place | None = None
    kinds: frozenset[str] = frozenset()
    subject: str | None = None

    def wants(self, kind: str, subject: str) -> bool:
        """Whether the stream is to have such an event."""
        return (not self.kinds or kind in self.kinds) and self.subject in (None, subject)


class Reader:
    """One stream; joins when it is made, and leaves when it is closed."""

    def __init__(self, hub: Hub, subject: Subject, asked: Asked, encode: Callable[[Any], bytes]) -> None:
        """Raises `TooManyStreams`, `UnknownPosition`, and as a view does."""
        self._hub, self._asked, self._encode = hub, asked, encode
        self._next, self._place = hub.join()
        self._until = self._next
        """Messages before this one may tell again what the history had."""
        self._history: Since | None = None
        self._open = True
        if asked.after is not None:
            try:
                self._look_back(subject, asked.after)
            except BaseException:
                # The one who asked is told; what was joined is left.
                self.close()
                raise
        self._token = self._place.token()
        """Where to go on."""

    def _look_back(self, subject: Subject, after: Place) -> None:
        with subject.asking() as insight:
            self._history = insight.since(after, self._place, HISTORY)
        self._until, self._place = self._hub.reached(), after.copy()

    def items(self, goes_on: Callable[[], bool]) -> Iterator[Item]:
        """What is to be sent, for as long as `goes_on`, which is asked about once a second."""
        yield Item("hello", self._token, self._encode({"position": self._token}))
        if self._history is not None:
            yield from self._of_history(self._history)
            self._history = None
        silent = 0.0
        while goes_on():
            messages = self._hub.after(self._next, LOOK)
            silent = 0.0 if messages else silent + LOOK
            if silent >= BEAT:
                silent = 0.0
                yield Item("beat")
            yield from self._of(messages)

    def _of_history(self, history: Since) -> Iterator[Item]:
        if history.left_out:
            yield self._missed(history.left_out)
        self._place = history.place
        for line in history.lines:
            self._place.add(line["writer"], line["number"])
            self._token = self._place.token()
            if self._asked.wants(line["kind"], line["subject"]):
                yield Item("event", self._token, self._encode(line))

    def _of(self, messages: list[Message]) -> Iterator[Item]:
        for message in messages:
            if message.number > self._next:
                yield self._missed(message.number - self._next)
            self._next = message.number + 1
            if self._is_new(message) and self._asked.wants(message.kind, message.subject):
                yield Item("event", self._token, message.data)

    def _is_new(self, message: Message) -> bool:
        """Whether the history did not have it; notes where to go on."""
        if message.number >= self._until:
            self._token = message.place
            return True
        if self._place.covers(message.writer, message.of_writer):
            return False
        self._place.add(message.writer, message.of_writer)
        self._token = self._place.token()
        return True

    def _missed(self, count: int) -> Item:
        return Item("missed", "", self._encode({"missed": count, "after": self._token}))

    def close(self) -> None:
        """Listen no more; closing twice is no mistake."""
        if self._open:
            self._open = False
            self._hub.leave()


def asked(after: str | None, kinds: list[str], subject: str | None) -> Asked:
    """Raises `UnknownPosition` for a position that none is."""
    place = places.read(after) if after is not None else None
    return Asked(after=place, kinds=frozenset(kinds), subject=subject)
