"""A question's steps, done by a test: it says what comes of each sending, and notes the waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jarvis_ctx.client import questions
from jarvis_ctx.client.question import Question
from jarvis_ctx.client.retrying import Failure, Outcome, Patience, Reply, Send, asked

URL = "http://127.0.0.1:3004"
LOST = Failure(reason="Connection reset", sent=True, error=OSError("reset"))
UNSENT = Failure(reason="Connection refused", sent=False, error=OSError("refused"))


def reply(status: int, body: bytes = b"{}", retry_after: str = "") -> Reply:
    """An answer."""
    headers = {"content-type": "application/problem+json", "retry-after": retry_after}
    return Reply(status=status, headers=headers, body=body)


class Asking:
    """Asks with four attempts, without the spread of the waits."""

    def __init__(self, question: Question[Any], outcomes: Sequence[Outcome]) -> None:
        self.sent, self.waits = 0, list[float]()
        self._steps = asked(question, URL, Patience(first=1.0), lambda: 1.0)
        self._outcomes = iter(outcomes)

    def answer(self) -> Any:
        """What it comes to."""
        outcome: Outcome = None
        while True:
            try:
                step = self._steps.send(outcome)
            except StopIteration as done:
                return done.value
            outcome = self._done(step)

    def _done(self, step: object) -> Outcome:
        if isinstance(step, Send):
            self.sent += 1
            return next(self._outcomes)
        self.waits.append(step.seconds)  # type: ignore[attr-defined]  # There are two kinds of steps.
        return None


RUNS = questions.runs()
CHECKPOINT = questions.checkpoint("")
EMPTY = reply(200, b'{"items": [], "next": null}')
