"""A store in which nobody has run yet, whose first run is told of from its beginning, whatever goes wrong meanwhile."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal.place import Place
from jarvis_ctx.web.awaited import LOOK, Awaited
from jarvis_ctx.web.live.hub import Hub
from jarvis_ctx.web.subject import Subject

FIRST = {"writer": "00000001", "number": 1, "kind": "RunStarted", "subject": "run"}


class Begun:
    """A store that has begun, and that cannot be read the first time; who follows it is told of nothing more."""

    place = Place(1, {})

    def __init__(self) -> None:
        self.open, self.asked = 0, 0

    def following(self) -> Begun:
        self.open += 1
        return self

    def since(self, *_: Any) -> SimpleNamespace:
        self.asked += 1
        if self.asked == 1:
            raise StoreUnavailable(path="store", reason="busy")
        return SimpleNamespace(lines=[FIRST])

    def step(self) -> list[dict[str, Any]]:
        return []

    def close(self) -> None:
        self.open -= 1


def test_the_first_events_of_the_first_run_outlive_a_store_that_cannot_be_read_just_then() -> None:
    begun, now = Begun(), iter([0.0, 0.0, LOOK, LOOK])
    awaited = Awaited(lambda: nullcontext(cast(Insight, begun)), lambda: next(now))

    with pytest.raises(StoreUnavailable):
        awaited.step()
    told = awaited.step()

    awaited.close()
    assert (told, begun.open) == ([FIRST], 0)


def test_a_reader_that_was_refused_takes_no_stream_from_the_next() -> None:
    begun = Begun()
    subject = SimpleNamespace(
        streams=1, period=0.01, following=lambda: Awaited(lambda: nullcontext(cast(Insight, begun)))
    )
    hub = Hub(cast(Subject, subject), lambda _: b"")

    with pytest.raises(StoreUnavailable):
        hub.join()
    number, _ = hub.join()

    hub.leave()
    assert (number, begun.open) == (1, 0)
