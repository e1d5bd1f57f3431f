"""Where a live stream stands, over all its connections: what was read, from where to go on, how long to wait."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.client.events import Message, Parser
from jarvis_ctx.client.question import Question, parameters
from jarvis_ctx.client.refusals import refusal, retry_after
from jarvis_ctx.client.retrying import PASSING, Failure, Patience, Reply
from jarvis_ctx.errors import JarvisError, ServerUnreachable, UnexpectedAnswer
from jarvis_ctx.model.answers import EventLine, LiveEvent, Missed

SILENCE = 45.0
"""Seconds without a byte after which a connection is given up; the server beats every 15."""


class Began(msgspec.Struct, frozen=True):
    """A connection stands; the stream begins, or goes on, behind this position."""

    position: str


Item = Began | LiveEvent | Missed


class Course:
    """One stream. A connection that breaks is made again, with longer and longer waits, and goes on where it broke.

    The first one must come about within `patience.attempts`; later ones are tried for `patience.reconnect` seconds.
    """

    def __init__(self, question: Question[EventLine], url: str, patience: Patience, draw: Callable[[], float]) -> None:
        self._asked, self._url, self._patience, self._draw = question, url, patience, draw
        self._parser = Parser()
        self.position = dict(question.parameters).get("after")
        """Where to go on; None before the first connection of a stream that begins now."""
        self.begun, self._heard, self._failures, self._waited = False, False, 0, 0.0

    def question(self) -> Question[EventLine]:
        """What the next connection asks."""
        self._parser, self._heard = Parser(), False
        kept = tuple(each for each in self._asked.parameters if each[0] != "after")
        return msgspec.structs.replace(self._asked, parameters=kept + parameters(after=self.position))

    def feed(self, chunk: bytes) -> list[Item]:
        """What these bytes make whole. Raises `UnexpectedAnswer`."""
        if self._heard:  # It goes on after its greeting: this connection is a good one.
            self._failures, self._waited = 0, 0.0
        try:
            return [self._item(message) for message in self._parser.feed(chunk)]
        except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
            raise UnexpectedAnswer(url=self._url, status=200, reason=str(error)) from error

    def broken(self, outcome: Reply | Failure) -> float:
        """Seconds until the next connection. Raises where another one is of no use: a refusal, or too long in vain."""
        self._failures += 1
        wait = self._patience.wait(self._failures, self._draw())
        if isinstance(outcome, Reply) and outcome.status == 429:
            wait = max(wait, retry_after(outcome.headers))
        passing = isinstance(outcome, Failure) or outcome.status in {200, 429, *PASSING}
        tired = self._waited > self._patience.reconnect if self.begun else self._failures >= self._patience.attempts
        if not passing or tired:
            raise self._error(outcome) from (outcome.error if isinstance(outcome, Failure) else None)
        self._waited += wait
        return wait

    def _error(self, outcome: Reply | Failure) -> JarvisError:
        if isinstance(outcome, Failure):
            return ServerUnreachable(url=self._url, reason=outcome.reason)
        if outcome.status == 200:
            return ServerUnreachable(url=self._url, reason="it ends each stream at once")
        return refusal(self._url, outcome.status, outcome.headers, outcome.body)

    def _item(self, message: Message) -> Item:
        data = decoding.plain(message.data)
        match message.event:
            case "hello":
                self.position, self.begun, self._heard = data["position"], True, True
                return Began(data["position"])
            case "missed":
                return decoding.convert(data, Missed)
            case _:
                self.position = message.id
                return LiveEvent(**msgspec.structs.asdict(self._asked.reads(data)), position=message.id)
