"""A program that makes calls at a steady pace and says how long each of them took."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from jarvis_ctx.journal.segment import NAME
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.acknowledgements import Acknowledgements
from tests.crash.calls import BULKY_EVERY, POINT, Token, verb

PAUSE = 0.002
"""Seconds between two calls."""
SLOW = 100.0
"""Milliseconds from which on a call is counted as a slow one."""


def paced(path: str, acks: str, round: int, seconds: float, settings: dict[str, Any]) -> dict[str, float]:
    """Make captured calls for so long, and beside them, in a second thread, those that by nature wait for the disk.

    Milliseconds: the `median` call, the 99th of 100, the `longest`; the longest `value` in a file of its own, and the
    longest recovery `point`. Counts: all `calls` and the `slow` ones, and the `segments` that were begun.
    The run is left open: closing it waits for the disk, too.
    """
    told, took, over = Acknowledgements(Path(acks)), list[float](), threading.Event()
    manager = JarvisContextManager(path, **settings)

    def timed(token: Token) -> float:
        began = time.perf_counter()
        told.around(token, partial(verb(token).call, manager, token))
        return (time.perf_counter() - began) * 1000

    beside = _Beside(timed, over, round)
    end = time.monotonic() + seconds
    for token in (Token(round, 0, count) for count in itertools.count()):
        if not _waits(token):
            took.append(timed(token))
            time.sleep(PAUSE)
        if time.monotonic() > end:
            break
    over.set()
    beside.join()
    begun = NAME.match(manager.journal.writer.segment.path.name)
    took.sort()
    found = {"median": took[len(took) // 2], "p99": took[-1 - len(took) // 100], "longest": took[-1], **beside.longest}
    counts = {
        "calls": len(took),
        "slow": sum(each > SLOW for each in took),
        "segments": int(begun["n"]) if begun else 0,
    }
    return {name: float(f"{value:.3g}") for name, value in found.items()} | counts


class _Beside(threading.Thread):
    """Makes the calls of the second thread that wait for the disk, two a second, until all is over."""

    def __init__(self, timed: Callable[[Token], float], over: threading.Event, round: int) -> None:
        super().__init__()
        self._timed, self._over, self._round = timed, over, round
        self.longest = {"value": 0.0, "point": 0.0}
        self.start()

    def run(self) -> None:
        for token in self._tokens():
            kind = "point" if verb(token) is POINT else "value"
            self.longest[kind] = max(self.longest[kind], self._timed(token))
            if self._over.wait(0.5):
                return

    def _tokens(self) -> Iterator[Token]:
        return (token for count in itertools.count() if _waits(token := Token(self._round, 1, count)))


def _waits(token: Token) -> bool:
    """Whether the call is one that waits for the disk by its nature: a checkpoint, or a value in a file of its own."""
    return verb(token) is POINT or token.number % BULKY_EVERY == BULKY_EVERY - 1
