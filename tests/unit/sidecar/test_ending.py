"""Ending's promises: every part is done, none twice, and an interrupt only puts the rest off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jarvis_ctx.sidecar.ending import Ending, Part


def parts_of(*works: Callable[[], object]) -> Callable[[], list[Part]]:
    return lambda: [("Something is missing", work) for work in works]


def fail(error: BaseException) -> None:
    raise error


def test_what_an_interrupt_cut_short_is_gone_on_with_and_what_is_through_is_not_done_again() -> None:
    done: list[str] = []
    interrupts = [KeyboardInterrupt()]
    parts = parts_of(
        lambda: done.append("end"),
        lambda: fail(interrupts.pop()) if interrupts else done.append("checkpoint"),
        lambda: done.append("lock"),
    )
    ending = Ending()

    with pytest.raises(KeyboardInterrupt):
        ending.go_on(parts)
    half = ending.done, list(done)
    ending.go_on(parts)

    assert half == (False, ["end"])
    assert (ending.done, done) == (True, ["end", "checkpoint", "lock"])


@pytest.mark.parametrize("error", [OSError("disk full"), MemoryError("none left"), ImportError("cannot map")])
def test_a_part_that_fails_keeps_no_other_from_being_done(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    ending = Ending()

    ending.go_on(parts_of(lambda: fail(error), lambda: done.append("lock")))

    assert (ending.done, done) == (True, ["lock"])
    assert caplog.messages == [f"Something is missing: {error}"]


def test_closing_from_a_signal_handler_in_the_middle_of_closing_returns_and_the_end_goes_on() -> None:
    done: list[str] = []
    ending = Ending()

    ending.go_on(parts_of(lambda: ending.go_on(parts_of()), lambda: done.append("lock")))

    assert (ending.done, done) == (True, ["lock"])
