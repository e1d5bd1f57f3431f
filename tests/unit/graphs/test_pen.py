"""The pen's promise: what a signal handler puts in the middle of its thread's put harms neither."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType

import pytest

from jarvis_ctx.graphs import pen as pens
from jarvis_ctx.graphs.pen import Pen

LARGE = b"x" * 4000


@contextmanager
def interrupted(handler: Callable[[], object]) -> Iterator[None]:
    """The handler comes before every line of the pen's."""

    def trace(frame: FrameType, event: str, arg: object) -> object:
        if frame.f_code.co_filename != pens.__file__:
            return None
        if event == "line":
            handler()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def put(pen: Pen, thread: str, id: str, parent: str | None) -> int:
    return pen.put(
        (thread, "", id),
        parent=parent,
        checkpoint=("msgpack", b"{}"),
        metadata=("msgpack", b"{}"),
        versions={"log": int(id)},
        channels=["log"],
        new=["log"],
        deltas=[],
        serialise=lambda channel: ("msgpack", LARGE + id.encode()),
    )


@pytest.mark.timeout(30)
@pytest.mark.parametrize("known", [1, 2, 1000])
def test_a_handler_that_puts_in_the_middle_of_a_put_neither_waits_for_itself_nor_breaks_it(
    known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pens, "THREADS", known)
    numbers, ids = count(1), count(100)
    pen = Pen(lambda kind, thread, subject, body: next(numbers), lambda: "w", lambda *place: None)

    with interrupted(lambda: (put(pen, "other", str(next(ids)), None), pen.drop_thread("other"))):
        first, second = put(pen, "main", "1", None), put(pen, "main", "2", "1")
        dropped = pen.drop_thread("main")

    assert 0 < first < second < dropped
    assert next(ids) > 150
