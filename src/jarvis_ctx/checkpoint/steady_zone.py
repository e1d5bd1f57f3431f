"""A time zone in which time never jumps, and a trigger that counts in it: what a scheduler of dates is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger


class SteadyZone(tzinfo):
    """What time it is here is counted on the clock that never jumps, from the wall clock's time when this was made.

    Where the wall clock goes back an hour, a schedule in UTC stands still for an hour; where it is set from 1970 to
    today, one in UTC makes up for each second between. Only `datetime.now(zone)` is meant to be asked for here.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._apart = wall() - steady()

    def fromutc(self, dt: datetime, /) -> datetime:
        return dt + timedelta(seconds=self._apart - (self._wall() - self._steady()))

    def utcoffset(self, dt: datetime | None, /) -> timedelta:
        return timedelta()

    def dst(self, dt: datetime | None, /) -> timedelta:
        return timedelta()

    def tzname(self, dt: datetime | None, /) -> str:
        return "steady"


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Each so many seconds, by adding alone: APScheduler's own goes through timestamps, which know no such zone."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The library's question: when next."""
        return (previous_fire_time or now) + self._interval
