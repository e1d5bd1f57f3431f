"""Progress is summed up, and never beyond the whole."""

from __future__ import annotations

from jarvis_ctx.disk.progress import counted


def test_what_is_told_bit_by_bit_is_summed_up_to_the_whole() -> None:
    told: list[tuple[int, int]] = []
    tell = counted(100, lambda done, of: told.append((done, of)))

    for size in (30, 60, 60):  # More than the whole: a file has grown since it was measured.
        tell(size)

    assert told == [(30, 100), (90, 100), (100, 100)]
