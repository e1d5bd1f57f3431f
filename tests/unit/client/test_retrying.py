"""What is asked again, how often and after which waits; and what is not."""

from __future__ import annotations

import pytest

from jarvis_ctx.client.retrying import Outcome, Reply
from jarvis_ctx.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    JarvisError,
    NotFound,
    RateLimited,
    ServerUnavailable,
    ServerUnreachable,
    Unauthorized,
    UnexpectedAnswer,
)
from tests.unit.client.asking import CHECKPOINT, EMPTY, LOST, RUNS, UNSENT, URL, Asking, reply

BUSY = b'{"title": "Service Unavailable", "status": 503, "detail": "The store is away."}'


@pytest.mark.parametrize("outcome", [LOST, UNSENT, reply(503, BUSY), reply(502), reply(504), reply(429)])
def test_a_question_that_changes_nothing_is_asked_again_with_longer_and_longer_waits(outcome: Outcome) -> None:
    asking = Asking(RUNS, [outcome, outcome, outcome, EMPTY])

    found = asking.answer()

    assert (found, asking.sent, asking.waits) == ([], 4, [1.0, 2.0, 4.0])


def test_it_is_given_up_after_four_attempts_with_the_last_reason() -> None:
    asking = Asking(RUNS, [LOST, LOST, LOST, reply(503, BUSY)])

    with pytest.raises(ServerUnavailable, match="The store is away") as caught:
        asking.answer()

    assert (asking.sent, caught.value.facts["status"]) == (4, 503)


@pytest.mark.parametrize(("outcome", "error"), [(LOST, ServerUnreachable), (reply(503, BUSY), ServerUnavailable)])
def test_what_changes_something_is_never_sent_twice(outcome: Outcome, error: type[JarvisError]) -> None:
    asking = Asking(CHECKPOINT, [outcome, EMPTY])

    with pytest.raises(error):
        asking.answer()

    assert (asking.sent, asking.waits) == (1, [])


@pytest.mark.parametrize("outcome", [UNSENT, reply(429)])
def test_unless_the_server_has_surely_not_begun_to_do_it(outcome: Outcome) -> None:
    asking = Asking(CHECKPOINT, [outcome, outcome, reply(403)])

    with pytest.raises(Forbidden):
        asking.answer()

    assert asking.sent == 3


def test_a_server_that_says_when_to_come_again_is_waited_for_so_long() -> None:
    asking = Asking(RUNS, [reply(429, retry_after="7"), EMPTY])

    asking.answer()

    assert asking.waits == [7.0]


def test_but_not_for_minutes() -> None:
    asking = Asking(RUNS, [reply(429, retry_after="600"), EMPTY])

    with pytest.raises(RateLimited) as caught:
        asking.answer()

    assert (asking.sent, caught.value.facts["retry_after"]) == (1, 600)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, BadRequest),
        (415, BadRequest),
        (422, BadRequest),
        (500, ServerUnavailable),
        (418, UnexpectedAnswer),
        (302, UnexpectedAnswer),
    ],
)
def test_a_refusal_is_told_at_once_by_its_own_error_with_the_problems_sentence(
    status: int, error: type[JarvisError]
) -> None:
    body = b'{"type": "urn:jarvis-ctx:problem:unknown-moment", "detail": "There is no such moment."}'
    asking = Asking(RUNS, [reply(status, body), EMPTY])

    with pytest.raises(error) as caught:
        asking.answer()

    assert type(caught.value) is error
    assert caught.value.facts.get("kind", "unknown-moment") == "unknown-moment"
    assert asking.sent == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"items": [{}]}', b'{"items": 3, "next": null}', b"\xff"])
def test_an_answer_that_is_not_the_apis_is_named_as_such(body: bytes) -> None:
    asking = Asking(RUNS, [Reply(200, {}, body)])

    with pytest.raises(UnexpectedAnswer, match=f"{URL} answers 200"):
        asking.answer()
