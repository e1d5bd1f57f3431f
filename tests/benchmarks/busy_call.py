"""The same two calls while another thread of the process computes without pause."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from tests.benchmarks.beside_sqlite import ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, interleaved, mean

PAUSE = 0.001
"""Seconds an orchestrator waits for its agents between two calls; the least that is not a burst."""
CALLS = 60
"""Calls of a round, either side."""
BURST = 2_000
"""Captured calls of a round without pauses; it must last many of the interpreter's turns of a few milliseconds."""
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
        paced = interleaved(
            {"bare": lambda: both.bare(CALLS, PAUSE), "captured": lambda: both.captured(CALLS, PAUSE)},
            effort.busy_rounds,
        )
        burst = interleaved(
            {"bare": lambda: both.bare(CALLS), "captured": lambda: both.captured(BURST)}, effort.busy_rounds
        )
    return [
        _figure("the same beside one CPU-bound Python thread, mean", paced, effort, reach=0.1),
        _figure("the same in a burst without any pause between the calls, mean", burst, effort, reach=None),
    ]


def _figure(what: str, measured: dict[str, list[list[Sample]]], effort: Effort, *, reach: float | None) -> Figure:
    captured, bare = (list(chain.from_iterable(measured[side])) for side in ("captured", "bare"))
    waited = [sum(sample > LONG for sample in side) / len(side) for side in (captured, bare)]
    return Figure(
        what=what,
        value=mean(captured) / mean(bare),
        unit="×",
        reach=reach,
        rounds=f"{effort.busy_rounds} rounds of {len(measured['captured'][0]):,} calls and {CALLS} transactions",
        details=[
            f"Captured {mean(captured):.0f} µs, bare {mean(bare):.0f} µs. {waited[1]:.0%} of the transactions and "
            f"{waited[0]:.1%} of the calls lost the interpreter to the thread and waited over a millisecond."
        ],
    )
