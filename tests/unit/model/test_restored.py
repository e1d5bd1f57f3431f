"""A return to an earlier moment, and what it leaves behind."""

from __future__ import annotations

from jarvis_ctx.model.event import Event, Stamp
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.restored import Restored, abandoned, stands_on


def stamp(number: int) -> Stamp:
    return number * 10, "w", number


def restored(at: int, to: int) -> Restored:
    return Restored(at=stamp(at), moment="p", position={"w": to}, stamp=stamp(to), undo="")


def test_a_moment_kept_right_after_a_return_leaves_behind_what_that_return_left() -> None:
    restores = [restored(6, 1), restored(9, 6)]
    said = Event(WriterId("w"), 5, 50, RunId("r"), "MessageAdded", "user", {})

    left = abandoned(restores)

    assert left == [(stamp(1), stamp(6)), (stamp(6), stamp(9))]
    assert not stands_on(restores, {"w": 9}, said)
