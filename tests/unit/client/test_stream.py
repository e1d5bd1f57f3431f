"""A live stream over broken connections, as far as it can be seen without one."""

from __future__ import annotations

import pytest

from jarvis_ctx.client import questions
from jarvis_ctx.client.course import Began, Course
from jarvis_ctx.client.events import Message, Parser
from jarvis_ctx.client.retrying import Patience
from jarvis_ctx.errors import NotFound, ServerUnreachable, UnexpectedAnswer
from jarvis_ctx.model.answers import LiveEvent, Missed
from tests.unit.client.asking import LOST, URL, reply

HELLO = b'id: p0\nevent: hello\ndata: {"position": "p0"}\n\n'
EVENT = (
    b'id: p1\ndata: {"time": "t", "kind": "TaskUpdated", "subject": "a", "run": "r", "writer": "w", "number": 1,'
    b' "body": {}}\n\n'
)
MISSED = b'event: missed\ndata: {"missed": 7, "after": "p1"}\n\n'


def course(**patience: float) -> Course:
    return Course(questions.stream(None, (), None), URL, Patience(first=1.0, **patience), lambda: 1.0)  # type: ignore[arg-type]


def test_messages_are_the_same_however_the_bytes_are_cut() -> None:
    stream = b": beat\r\n\r\nretry: 5\n" + HELLO + b"data: one\ndata: two\n\n"

    for size in range(1, len(stream)):
        parser = Parser()
        found = [m for at in range(0, len(stream), size) for m in parser.feed(stream[at : at + size])]

        assert found == [Message("hello", "p0", b'{"position": "p0"}'), Message("message", "", b"one\ntwo")]


def test_what_comes_is_read_and_the_next_connection_goes_on_behind_it() -> None:
    running = course()

    found = running.feed(HELLO + EVENT + MISSED)

    event = LiveEvent(time="t", kind="TaskUpdated", subject="a", run="r", writer="w", number=1, body={}, position="p1")
    assert found == [Began("p0"), event, Missed(missed=7, after="p1")]
    assert dict(running.question().parameters) == {"after": "p1"}


def test_half_a_message_of_a_broken_connection_is_forgotten() -> None:
    running = course()
    running.feed(HELLO + EVENT[:40])

    running.broken(LOST)
    running.question()

    assert running.feed(EVENT)[0].position == "p1"  # type: ignore[union-attr]


def test_the_waits_grow_until_a_connection_lives() -> None:
    running = course()
    running.feed(HELLO)

    waits = [running.broken(LOST), running.broken(LOST), running.broken(reply(200))]
    running.feed(HELLO)
    running.feed(b":\n\n")

    assert (waits, running.broken(LOST)) == ([1.0, 2.0, 4.0], 1.0)


def test_a_stream_that_has_begun_is_given_up_after_some_minutes() -> None:
    running = course(reconnect=10.0)
    running.feed(HELLO)
    waits = [running.broken(LOST) for _ in range(4)]

    with pytest.raises(ServerUnreachable):
        running.broken(LOST)

    assert sum(waits) > 10


def test_one_that_has_not_begun_after_as_many_attempts_as_a_question() -> None:
    running = course(attempts=2)
    running.broken(LOST)

    with pytest.raises(ServerUnreachable):
        running.broken(LOST)


def test_a_refusal_ends_it() -> None:
    with pytest.raises(NotFound):
        course().broken(reply(404))


def test_what_is_no_stream_of_ours_is_named_as_such() -> None:
    with pytest.raises(UnexpectedAnswer):
        course().feed(b"data: {]\n\n")
