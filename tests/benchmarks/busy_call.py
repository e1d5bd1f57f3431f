"""The same two calls while another thread of the process computes without pause."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.beside_sqlite import ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import interleaved, mean, ratio, typical

TRANSACTIONS = 20
"""A round of bare transactions: each takes tens of milliseconds here."""


@contextmanager
def busy_thread() -> Iterator[None]:
    """One thread that wants the interpreter all the time."""
    stop = threading.Event()

    def compute() -> None:
        number = 0
        while not stop.is_set():
            for _ in range(10_000):
                number = (number * 31 + 7) % 1_000_003

    thread = threading.Thread(target=compute, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def measure(effort: Effort) -> list[Figure]:
    """The mean of a captured call as a ratio to the mean of a transaction."""
    with ground() as both, busy_thread():
        sides = {"bare": lambda: both.bare(TRANSACTIONS), "captured": lambda: both.captured(effort.calls)}
        measured = interleaved(sides, effort.busy_rounds)
    captured, bare = measured["captured"], measured["bare"]
    return [
        Figure(
            what="the same beside one CPU-bound Python thread, mean",
            value=ratio(captured, bare, mean),
            unit="×",
            reach=0.1,
            rounds=f"{effort.busy_rounds} rounds of {effort.calls} captured calls and {TRANSACTIONS} transactions",
            details=[f"Captured {typical(captured, mean):.0f} µs, bare {typical(bare, mean):.0f} µs."],
        )
    ]
