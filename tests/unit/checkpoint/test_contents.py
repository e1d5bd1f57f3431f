"""A state's contents: any state comes back equal, in pieces or not, and only under its own header."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.checkpoint.contents import contents, digest, sealed, state_of
from jarvis_ctx.checkpoint.pieces import RECORDS_AT_ONCE
from jarvis_ctx.errors import CorruptData, OtherVersion
from jarvis_ctx.journal import fold
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State
from tests.unit.journal.events import valid_events


def header_of(state: State, data: bytes) -> CheckpointHeader:
    return sealed(
        CheckpointHeader(
            id="c",
            orchestrator="jarvis",
            run=RunId("r"),
            epoch=1,
            taken=1,
            position=state.position,
            stamp=state.stamp,
            hash=digest(data),
            size=len(data),
            tasks=len(state.tasks),
            agents=len(state.agents),
        )
    )


@given(valid_events())
def test_any_state_comes_back_equal(events: list[Event]) -> None:
    state = fold.fold(fold.empty("jarvis", 3), events)

    data = contents(state)

    assert state_of(Snapshot(header=header_of(state, data), state=data), "it") == state


@pytest.mark.parametrize("tasks", [0, 1, RECORDS_AT_ONCE, RECORDS_AT_ONCE + 1, 2 * RECORDS_AT_ONCE])
def test_a_state_encoded_in_pieces_is_the_one_encoded_at_once(tasks: int) -> None:
    state = fold.empty("jarvis", 3)
    for n in range(1, tasks + 1):
        fold.apply(state, Event(WriterId("w"), n, n, RunId("r"), "TaskProgressed", f"t{n}", {"percentage": 1}))

    data = contents(state)

    assert state_of(Snapshot(header=header_of(state, data), state=data), "it") == state
    assert list(msgspec.json.decode(data)["tasks"]) == [f"t{n}" for n in range(1, tasks + 1)]


def test_what_a_task_has_by_default_takes_no_room_and_contents_that_say_it_are_read_too() -> None:
    state = fold.empty("jarvis", 3)
    fold.apply(state, Event(WriterId("w"), 1, 1, RunId("r"), "TaskProgressed", "t", {"percentage": 1}))

    data = contents(state)
    wordy = data.replace(b'"percentage":1', b'"percentage":1,"agent":"","attempts":{},"deaths_alone":0')

    assert b"deaths_alone" not in data
    assert state_of(Snapshot(header=header_of(state, wordy), state=wordy), "it") == state


def test_equal_states_at_different_positions_have_equal_contents() -> None:
    one, other = fold.empty("jarvis", 3), fold.empty("jarvis", 3)

    other.position, other.stamp = {"w": 9}, (9, "w", 9)

    assert contents(one) == contents(other)


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_is_never_another_state(at: int, bit: int) -> None:
    state = fold.empty("jarvis", 3)
    fold.apply(state, Event(WriterId("w"), 1, 1, RunId("r"), "TaskProgressed", "t", {"percentage": 40}))
    data = bytearray(contents(state))
    header = header_of(state, bytes(data))
    data[at % len(data)] ^= 1 << bit

    with pytest.raises(CorruptData):
        state_of(Snapshot(header=header, state=bytes(data)), "it")


@pytest.mark.parametrize(
    "changed", [{"position": {"w": 2}}, {"stamp": (2, "w", 2)}, {"epoch": 2}, {"hash": "0" * 64}, {"label": "x"}]
)
def test_a_header_that_was_changed_is_refused(changed: dict[str, Any]) -> None:
    state = fold.empty("jarvis", 3)
    data = contents(state)

    with pytest.raises(CorruptData):
        state_of(Snapshot(header=msgspec.structs.replace(header_of(state, data), **changed), state=data), "it")


@pytest.mark.parametrize("data", [b'{"name":"jarvis","version":99}', b'{"name":"jarvis","tasks":[]}', b"[]", b"\xff"])
def test_contents_of_another_version_are_told_from_damage(data: bytes) -> None:
    with pytest.raises(OtherVersion):
        state_of(Snapshot(header=header_of(fold.empty("jarvis", 3), data), state=data), "it")
