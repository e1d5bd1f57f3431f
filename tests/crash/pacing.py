"""A program that makes calls at a steady pace and says how long each of them took."""

from __future__ import annotations

import itertools
import statistics
import time
from functools import partial
from pathlib import Path
from typing import Any

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.acknowledgements import Acknowledgements
from tests.crash.calls import BULKY_EVERY, POINT, Token, verb

PAUSE = 0.002
"""Seconds between two calls."""


def paced(path: str, acks: str, round: int, seconds: float, settings: dict[str, Any]) -> dict[str, float]:
    """Make captured calls for so long; milliseconds one took: the median, the 99th of 100, the longest; their count."""
    told, took = Acknowledgements(Path(acks)), list[float]()
    with JarvisContextManager(path, **settings) as manager:
        end = time.monotonic() + seconds
        tokens = (token for count in itertools.count() if not _waits(token := Token(round, 0, count)))
        while time.monotonic() < end or len(took) < 100:
            token = next(tokens)
            began = time.perf_counter()
            told.around(token, partial(verb(token).call, manager, token))
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)
    hundredths = statistics.quantiles(took, n=100)
    found = {"median": hundredths[49], "p99": hundredths[98], "longest": max(took)}
    return {name: float(f"{value:.3g}") for name, value in found.items()} | {"calls": len(took)}


def _waits(token: Token) -> bool:
    """Whether the call is one that waits for the disk by its nature: a checkpoint, or a value in a file of its own."""
    return verb(token) is POINT or token.number % BULKY_EVERY == BULKY_EVERY - 1
