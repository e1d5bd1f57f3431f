"""The time, as the rooms below the sidecar are given it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

MICROSECONDS = 1_000_000
HOUR = 3_600 * MICROSECONDS
DAY = 24 * HOUR


class Clock(Protocol):
    """Where time comes from; passed in, so that tests can plant the past."""

    def wall(self) -> int:
        """Microseconds since 1970, UTC; may jump."""
        ...

    def steady(self) -> float:
        """Seconds since boot or start; never jumps."""
        ...

    def boot(self) -> float:
        """Seconds since boot, sleep of the machine included: what the wall clock is held against."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> int:
        return time.time_ns() // 1000

    def steady(self) -> float:
        return time.monotonic()

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def seconds(microseconds: int) -> float:
    """Microseconds as seconds."""
    return microseconds / MICROSECONDS


def moment(microseconds: int) -> datetime:
    """A stored time as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds(microseconds), UTC)


def iso(microseconds: int) -> str:
    """A stored time as ISO 8601 text in UTC, to the millisecond."""
    return moment(microseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp(microseconds: int) -> str:
    """A stored time as it stands in file names: 20261121T093012.123456Z."""
    return moment(microseconds).strftime("%Y%m%dT%H%M%S.%fZ")
