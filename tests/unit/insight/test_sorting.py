"""More events than fit in memory come out in order, each once."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from jarvis_ctx.insight.sorting import Sorting
from jarvis_ctx.journal.ports import StoredEvent


def event(number: int, digest: str = "", writer: str = "w") -> StoredEvent:
    return StoredEvent(writer, number, digest, f"payload {number}")


@pytest.mark.parametrize("part", [1, 100, 1_000_000])
def test_events_come_in_the_order_of_their_stamps(part: int) -> None:
    numbers = list(range(1_000))
    random.Random(1).shuffle(numbers)

    with Sorting(part) as sorting:
        for number in numbers:
            sorting.add(number // 3, event(number))
        found = [row.number for row in sorting.sorted()]

    assert found == sorted(numbers)


@pytest.mark.parametrize("part", [1, 1_000_000])
def test_of_several_copies_the_first_is_taken(part: int) -> None:
    with Sorting(part) as sorting:
        for digest in ("z", "a", "m"):
            for number in (2, 1):
                sorting.add(number, event(number, digest))
        found = [(row.number, row.digest) for row in sorting.sorted()]

    assert found == [(1, "z"), (2, "z")]


def test_memory_does_not_grow_with_what_is_sorted() -> None:
    text = "x" * 1_000
    tracemalloc.start()

    with Sorting(part=500_000) as sorting:
        for number in range(20_000):
            sorting.add(-number, StoredEvent("w", number, "", f"{number}{text}"))
        count = sum(1 for _ in sorting.sorted())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 14_000_000
