"""The whole public write API, one call a token: what a call says can be computed again from its token alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from jarvis_ctx.capture.steps import StepCall
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.sidecar import JarvisContextManager

POINT_EVERY = 200
"""Each thread marks a recovery point, which syncs files, once in so many calls, and no two at the same count."""
BULKY_EVERY = 61
"""Once in so many calls the payload is too large for a segment and goes to a side file."""


class Token(NamedTuple):
    """Which call of which thread of which round; tokens of one thread are made in ascending order."""

    round: int
    thread: int
    number: int

    def __str__(self) -> str:
        return f"{self.round}.{self.thread}.{self.number}"


def token_of(text: str) -> Token:
    """The token that `str` made `text` of."""
    round, thread, number = text.split(".")
    return Token(int(round), int(thread), int(number))


def payload(token: Token) -> dict[str, Any]:
    """What the call of `token` says: text, large and small numbers, and values that JSON lacks."""
    digest = sha256(str(token).encode()).hexdigest()
    number = int(digest[:15], 16)
    said = {
        "text": digest * (5_000 if token.number % BULKY_EVERY == BULKY_EVERY - 1 else 1 + number % 4),
        "words": ["", "z\u00fcgig \u2603", digest[: number % 30]],
        "number": number,
        "share": number / 7,
    }
    return said | _beyond_json(digest, number) if token.number % 4 == token.thread else said


def _beyond_json(digest: str, number: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(number % 2_000_000_000, UTC)
    return {"pair": (number, None, True), "raw": bytes.fromhex(digest[:16]), "moment": moment}


def said(token: Token) -> dict[str, Any]:
    """The payload with its token, as it is handed to the API."""
    return {"token": str(token), "payload": payload(token)}


class Verb(NamedTuple):
    """A call of the API, and the events it leaves when it has returned."""

    call: Callable[[JarvisContextManager, Token], object]
    kinds: tuple[str, ...]


def _progress(manager: JarvisContextManager, token: Token) -> None:
    manager.update_task_progress(subject(token), {"percentage": token.number % 101, "status": "running", **said(token)})


def _decide(manager: JarvisContextManager, token: Token) -> None:
    manager.log_decision("routing", context=said(token), decision="go", reasoning=["because"], outcome=None)


def _agent(manager: JarvisContextManager, token: Token) -> None:
    manager.update_agent_state(subject(token), {"status": "busy", **said(token)})


def _message(manager: JarvisContextManager, token: Token) -> None:
    manager.log_agent_message("parser", "editor", said(token))


def _turn(manager: JarvisContextManager, token: Token) -> None:
    manager.add_message("user", said(token), thread=token.thread)


def _attribute(manager: JarvisContextManager, token: Token) -> None:
    manager.set_attribute(subject(token), said(token))


def _beat(manager: JarvisContextManager, token: Token) -> None:
    """An agent's first beat, the only one that is an event."""
    manager.heartbeat(f"beating-{token}", **said(token))


def _claim(manager: JarvisContextManager, token: Token) -> None:
    """A task with a step in it, which makes the result.

    Not by `durable_step`, which counts a failure to record and raises nothing: what returns here is acknowledged.
    """
    call = TaskCall(method="review", task=TaskId(subject(token)), description=str(token))
    step = StepCall(name=str(token), args=(token,))
    manager.claims.run(call, lambda: manager.steps.run(step, lambda: said(token)))


def _point(manager: JarvisContextManager, token: Token) -> None:
    manager.mark_recovery_point(str(token))


VERBS = (
    Verb(_progress, ("TaskProgressed",)),
    Verb(_decide, ("DecisionLogged",)),
    Verb(_agent, ("AgentUpdated",)),
    Verb(_message, ("MessageSent",)),
    Verb(_turn, ("MessageAdded",)),
    Verb(_attribute, ("AttributeSet",)),
    Verb(_beat, ("AgentSeen",)),
    Verb(_claim, ("TaskClaimed", "StepStarted", "StepFinished", "TaskFinished")),
)
LATEST_WINS = frozenset({"TaskProgressed", "AgentUpdated", "AttributeSet"})
"""Events whose payload the state keeps, one a subject."""
POINT = Verb(_point, ("RecoveryPointMarked",))


def verb(token: Token) -> Verb:
    """The call that is made for `token`."""
    point = (token.number + 45 * token.thread) % POINT_EVERY == POINT_EVERY - 15
    return POINT if point else VERBS[token.number % len(VERBS)]


def subject(token: Token) -> str:
    """The task, agent or attribute that the call is about: each belongs to one thread, so the last call is known."""
    return f"{verb(token).kinds[0]}-{token.thread}-{token.number // len(VERBS) % 3}"
