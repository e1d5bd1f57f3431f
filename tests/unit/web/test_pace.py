"""Whoever takes an answer too slowly is let go; whoever takes it steadily, or waits for us, is not."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator

import pytest

from jarvis_ctx.web import pace

CRUMB = 512


class Clock:
    """Time that passes only while somebody is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pace, "time", found)
    return found


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end, and a reader's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_608)
        yield ours, theirs


def taking(clock: Clock, theirs: socket.socket, crumb: int, every: float) -> Callable[..., bool]:
    """A reader who takes so many bytes every so many seconds, and has a server wait for it."""

    def ready(connection: socket.socket, event: int, seconds: float) -> bool:
        until = clock.now + seconds
        while not select.select([], [connection], [], 0)[1]:
            clock.now += every
            if clock.now > until:
                return False
            theirs.recv(crumb)
        return True

    return ready


def test_who_takes_an_answer_in_crumbs_is_let_go_after_half_a_minute_in_all(
    clock: Clock, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    monkeypatch.setattr(pace, "_ready", taking(clock, theirs, CRUMB, every=0.9))

    with pytest.raises(TimeoutError):
        pace.Paced(ours).sendall(bytes(10**6))

    assert clock.now < 40


def test_who_takes_a_long_answer_steadily_has_all_the_time_it_needs(
    clock: Clock, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    monkeypatch.setattr(pace, "_ready", taking(clock, theirs, CRUMB, every=CRUMB / (2 * pace.RATE)))

    sent = pace.Paced(ours).sendall(bytes(10**6))

    assert sent == 10**6
    assert clock.now > pace.ANSWER_SECONDS


def test_no_rest_earns_a_reader_more_than_half_a_minute(
    clock: Clock, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    monkeypatch.setattr(pace, "_ready", taking(clock, theirs, 0, every=1))
    stream = pace.Paced(ours)

    clock.now = began = 3600.0
    with pytest.raises(TimeoutError):
        stream.send(bytes(10**6))

    assert clock.now - began <= pace.ANSWER_SECONDS + 1


def test_a_stream_that_has_little_to_say_bears_a_reader_who_is_stuck_now_and_then(
    clock: Clock, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    monkeypatch.setattr(pace, "_ready", taking(clock, theirs, 10**5, every=pace.ANSWER_SECONDS / 2))
    stream, waited = pace.Paced(ours), 0.0

    for _ in range(40):
        began = clock.now
        stream.send(bytes(2_000))
        waited += clock.now - began
        clock.now += 60

    assert waited > 3 * pace.ANSWER_SECONDS
