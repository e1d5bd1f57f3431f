"""A program that makes calls at a steady pace and says how long each of them took."""

from __future__ import annotations

import statistics
import time
from functools import partial
from pathlib import Path
from typing import Any

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.acknowledgements import Acknowledgements
from tests.crash.calls import Token, verb

PAUSE = 0.002
"""Seconds between two calls."""


def paced(path: str, acks: str, round: int, seconds: float, settings: dict[str, Any]) -> dict[str, float]:
    """Make calls for so long; milliseconds a call took: the median, the 99th of 100, the longest; and their count."""
    told, took = Acknowledgements(Path(acks)), list[float]()
    with JarvisContextManager(path, **settings) as manager:
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(took) < 100:
            token = Token(round, 0, len(took))
            began = time.perf_counter()
            told.around(token, partial(verb(token).call, manager, token))
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)
    hundredths = statistics.quantiles(took, n=100)
    found = {"median": hundredths[49], "p99": hundredths[98], "longest": max(took)}
    return {name: float(f"{value:.3g}") for name, value in found.items()} | {"calls": len(took)}
