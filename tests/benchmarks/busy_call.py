"""The same two calls while another thread of the process computes without pause."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from tests.benchmarks.beside_sqlite import ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import interleaved, mean

TRANSACTIONS = 60
"""A round of bare transactions. The interpreter changes hands every few milliseconds, so a round must last many."""
CALLS = 2_000
"""A round of captured calls, for the same reason."""
LONG = 1_000
"""Microseconds after which a transaction has waited for the interpreter."""


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
    """The mean of all captured calls as a ratio to the mean of all transactions: the waits are few and long."""
    with ground() as both, busy_thread():
        sides = {"bare": lambda: both.bare(TRANSACTIONS), "captured": lambda: both.captured(CALLS)}
        measured = interleaved(sides, effort.busy_rounds)
    captured, bare = (list(chain.from_iterable(measured[side])) for side in ("captured", "bare"))
    waited = sum(sample > LONG for sample in bare) / len(bare)
    return [
        Figure(
            what="the same beside one CPU-bound Python thread, mean",
            value=mean(captured) / mean(bare),
            unit="×",
            reach=0.1,
            rounds=f"{effort.busy_rounds} rounds of {CALLS:,} captured calls and {TRANSACTIONS} transactions",
            details=[
                f"Captured {mean(captured):.0f} µs, bare {mean(bare):.0f} µs; {waited:.0%} of the transactions "
                "lost the interpreter to it while SQLite worked."
            ],
        )
    ]
