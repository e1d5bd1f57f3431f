"""How long a command has got nowhere; pure."""

from __future__ import annotations

from collections.abc import Hashable

LATE = 5.0
"""Seconds after which a look is so late that we, or the machine, have slept: that time counts against nobody."""
BUSY = 0.05
"""The part of a processor's time with which a main thread counts as at work."""


SPINNING = 10
"""A main thread that is at work, and of which nothing else is heard for so many times as long, turns in circles."""


class Patience:
    """Counts the seconds since the last sign of progress. Times are seconds on a clock that never jumps."""

    def __init__(self, now: float, timeout: float) -> None:
        self._moved = self._looked = self._told = now
        self._timeout = timeout
        self._signs: Hashable = None
        self._worked = 0.0

    def look(self, now: float, signs: Hashable, worked: float, *, counts: bool) -> float:
        """Take in what is seen at `now`; returns for how long there was no progress.

        `signs` are progress when they differ from the last; `worked` is the processor time that the main thread has
        had, in seconds. Where nothing is to be expected (`counts`), no time passes.
        """
        passed = now - self._looked
        busy = worked - self._worked >= BUSY * passed
        if signs != self._signs or not counts:
            self._moved = self._told = now
        elif passed > LATE:
            self._moved, self._told = self._moved + passed, self._told + passed
        elif busy:
            self._moved = now
        self._looked, self._signs, self._worked = now, signs, worked
        told = now - self._told
        return told if told > SPINNING * self._timeout else now - self._moved
