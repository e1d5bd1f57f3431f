"""The sentence on how memory had grown."""

from __future__ import annotations

import pytest

from jarvis_ctx.recovery.growth import growth

MB, S = 1_000_000, 1_000_000


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ([], ""),
        ([(0, 200 * MB)], ""),
        (
            [(0, 200 * MB), (60 * S, 230 * MB), (240 * S, 6000 * MB)],
            "RSS grew from 200 MB to 6.0 GB in the last 4 min.",
        ),
        (
            [(0, 200 * MB), (180 * S, 205 * MB), (240 * S, 900 * MB)],
            "RSS grew from 200 MB to 900 MB in the last 1 min.",
        ),
        ([(0, 10 * MB), (60 * S, 40 * MB)], ""),
        ([(0, 1000 * MB), (60 * S, 1200 * MB)], ""),
        ([(0, 10 * MB), (10 * S, 200 * MB), (200 * S, 201 * MB), (300 * S, 202 * MB)], ""),
        ([(n * S, (100 + n) * MB) for n in range(101)], "RSS grew from 100 MB to 200 MB in the last 1 min 35 s."),
        ([(0, 900 * MB), (60 * S, 100 * MB)], ""),
        ([(0, 100 * MB), (700 * S, 900 * MB), (1200 * S, 910 * MB)], ""),
    ],
)
def test_growth_is_told_where_it_was_much_and_of_late(measured: list[tuple[int, int]], said: str) -> None:
    assert growth(measured) == said
