"""When a command counts as getting nowhere."""

from __future__ import annotations

from jarvis_ctx.supervisor.patience import Patience


def looked(*looks: tuple[float, object, float, bool]) -> list[float]:
    """The idle seconds at each look of (now, signs, processor time, whether progress is due)."""
    patience = Patience(0.0, timeout=2.0)
    return [patience.look(now, signs, worked, counts=counts) for now, signs, worked, counts in looks]  # type: ignore[arg-type]


def test_time_without_a_sign_adds_up_and_a_sign_ends_it() -> None:
    assert looked((1, "a", 0, True), (2, "a", 0, True), (3, "a", 0, True), (4, "b", 0, True)) == [0, 1, 2, 0]


def test_a_main_thread_that_is_at_work_gets_on() -> None:
    assert looked((1, "a", 0, True), (2, "a", 0.04, True), (3, "a", 0.10, True)) == [0, 1, 0]


def test_a_main_thread_that_is_at_work_for_ten_times_as_long_turns_in_circles() -> None:
    looks = [(second, "a", float(second), True) for second in range(1, 24)]

    assert looked(*looks)[-3:] == [0, 21, 22]


def test_no_time_passes_while_nothing_is_to_be_expected() -> None:
    assert looked((1, "a", 0, True), (4, "a", 0, False), (5, "a", 0, True)) == [0, 0, 1]


def test_what_the_supervisor_slept_through_counts_against_nobody() -> None:
    assert looked((1, "a", 0, True), (2, "a", 0, True), (3602, "a", 0, True), (3603, "a", 0, True)) == [0, 1, 1, 2]
