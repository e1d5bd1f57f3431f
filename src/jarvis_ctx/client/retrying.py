"""Asking again: how a question is sent until it is answered, without sending anything itself.

A question is a generator of steps. Whoever sends (a thread, an event loop) does each step and tells what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.client.question import Question
from jarvis_ctx.client.refusals import refusal, retry_after
from jarvis_ctx.errors import JarvisError, ServerUnreachable, UnexpectedAnswer

T = TypeVar("T")
PASSING = frozenset({502, 503, 504})
"""Statuses that another attempt may change."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often: seconds, and attempts at one question."""

    timeout: float = 10.0
    """For a connection, and for the server's next bytes."""
    write_timeout: float = 45.0
    """For the answer to something that is done: the server itself waits up to 30 s for a live orchestrator."""
    attempts: int = 4
    first: float = 0.2
    longest: float = 15.0
    """The wait before the second attempt, which doubles, up to this; a longer `Retry-After` is not waited for."""

    reconnect: float = 600.0
    """For a live stream that has begun: how long a broken connection is made again before it is given up."""

    def wait(self, failures: int, draw: float) -> float:
        """Seconds before the next attempt; `draw` in [0, 1) spreads those who failed at the same time."""
        return float(min(self.longest, self.first * 2 ** min(failures - 1, 32)) * (0.5 + draw / 2))


class Send(msgspec.Struct, frozen=True):
    """A step: send the question, once."""

    question: Question[Any]


class Wait(msgspec.Struct, frozen=True):
    """A step: wait so many seconds."""

    seconds: float


class Reply(msgspec.Struct, frozen=True):
    """What came of sending: an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Failure(msgspec.Struct, frozen=True):
    """What came of sending: none. `sent` is whether the server may have heard the question."""

    reason: str
    sent: bool
    error: Exception


Step = Send | Wait
Outcome = Reply | Failure | None
Steps = Generator[Step, Outcome, T]


def asked(question: Question[T], url: str, patience: Patience, draw: Callable[[], float]) -> Steps[T]:
    """The steps to an answer, which is returned. Raises the errors of `errors/http.py`.

    Asked again are questions that change nothing, and those that the server has surely not begun to do.
    """
    failures = 0
    while True:
        outcome = yield Send(question)
        if isinstance(outcome, Reply) and outcome.status < 300:
            return _read(question, url, outcome)
        failures += 1
        wait = _pause(question, outcome, patience.wait(failures, draw()))
        if failures >= patience.attempts or wait is None or wait > patience.longest:
            raise _error(url, outcome) from (outcome.error if isinstance(outcome, Failure) else None)
        yield Wait(wait)


def _pause(question: Question[Any], outcome: Outcome, wait: float) -> float | None:
    """Seconds after which it may be asked again; None for never."""
    if isinstance(outcome, Failure):
        return wait if question.method == "GET" or not outcome.sent else None
    if isinstance(outcome, Reply) and outcome.status == 429:  # The door refused: nothing was begun.
        return max(wait, retry_after(outcome.headers))
    return wait if isinstance(outcome, Reply) and outcome.status in PASSING and question.method == "GET" else None


def _error(url: str, outcome: Outcome) -> JarvisError:
    if isinstance(outcome, Reply):
        return refusal(url, outcome.status, outcome.headers, outcome.body)
    return ServerUnreachable(url=url, reason=outcome.reason if outcome is not None else "it was not sent")


def _read(question: Question[T], url: str, reply: Reply) -> T:
    try:
        return question.reads(decoding.plain(reply.body))
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        raise UnexpectedAnswer(url=url, status=reply.status, reason=str(error)) from error
