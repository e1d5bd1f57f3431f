"""A wall clock set while a run lives: an hour back, a day on, to 1995, ten years on, and right again each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.views import StoreView
from tests.crash import clocks

pytestmark = pytest.mark.crash

JUMPS = [0, -3600, 0, 86_400, 0, -978_307_200, 0, 315_360_000, 0]


@pytest.fixture
def jumps() -> list[int]:
    return JUMPS


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a run that lived through all of them."""
    if reason := clocks.missing():
        pytest.skip(reason)
    return clocks.live_through(tmp_path_factory.mktemp("clock"), JUMPS)


@pytest.fixture
def view(lived: Path) -> Iterator[StoreView]:
    with closing(open_view(lived)) as view:
        yield view


def test_the_schedule_goes_on_and_events_keep_their_order(view: StoreView, jumps: list[int]) -> None:
    events = sorted(view.events_after({}), key=lambda event: event.number)

    assert [event.body["value"] for event in events if event.subject == "clock"] == jumps
    assert all(one.time < other.time for one, other in pairwise(events))
    assert len(events) == sum(view.state().position.values())


def test_nothing_is_cleaned_up_and_no_agent_is_called_stale(view: StoreView) -> None:
    state = view.state()

    assert (state.cut.position, len(state.decisions)) == ({}, 1)
    assert "AgentStale" not in {event.kind for event in view.events_after({})}
    assert state.agents["ann"].health == "alive"


def test_the_latest_checkpoint_is_known_as_the_latest(view: StoreView) -> None:
    reached = [sum(header.position.values()) for header in view.checkpoints()]

    assert reached == sorted(reached, reverse=True)
    assert reached[0] == sum(view.state().position.values())
    assert view.rebuilt().base in ("database", "checkpoint file")
