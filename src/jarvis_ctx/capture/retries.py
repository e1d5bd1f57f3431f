"""How often a step that failed is tried again, and how long is waited before: longer each time, and never in step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from jarvis_ctx.errors import BadValue

Kinds = tuple[type[Exception], ...]


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """Up to `times` more tries after the first one, of an exception in `on` and not in `never`.

    The pause before the n-th of them is `first * factor ** (n - 1)` seconds, at most `longest`, of which chance takes
    away up to the share `jitter` (0 to 1), so that many that failed together do not come back together. Raises
    `BadValue`.
    """

    times: int = 3
    first: float = 0.1
    factor: float = 2.0
    longest: float = 30.0
    jitter: float = 0.5
    on: Kinds = (Exception,)
    never: Kinds = ()

    def __post_init__(self) -> None:
        _must(type(self.times) is int and 0 <= self.times <= 1000, "times", self.times, "a whole number from 0 to 1000")
        for name in ("first", "longest"):
            _must(_between(getattr(self, name), 0, 86_400), name, getattr(self, name), "seconds from 0 to a day")
        _must(_between(self.factor, 1, 1000), "factor", self.factor, "a number from 1 to 1000")
        _must(_between(self.jitter, 0, 1), "jitter", self.jitter, "a number from 0 to 1")
        for name in ("on", "never"):
            _must(_are_exceptions(getattr(self, name)), name, getattr(self, name), "a tuple of exception classes")

    def pause(self, tries: int, error: BaseException, chance: float) -> float | None:
        """Seconds to wait after `tries` of them have failed, the last with `error`; None for no further one."""
        if tries > self.times or not isinstance(error, self.on) or isinstance(error, self.never):
            return None
        whole = min(self.longest, self.first * self.factor ** min(tries - 1, 100))
        return float(whole * (1 - self.jitter * chance))


class Pauses(msgspec.Struct, frozen=True, kw_only=True):
    """How to wait: `chance` gives a number from 0 to 1, the other two return when the seconds have passed."""

    chance: Callable[[], float]
    sleep: Callable[[float], object]
    asleep: Callable[[float], Awaitable[object]]


def retries_of(value: Any) -> Retries | None:
    """What a person wrote for `retries=`: a number of further tries, `Retries`, or None. Raises `BadValue`."""
    if value is None or isinstance(value, Retries):
        return value
    _must(type(value) is int, "retries", value, "a whole number, or Retries(times=…, first=…, …)")
    return Retries(times=value)


def _between(value: Any, least: float, most: float) -> bool:
    return type(value) in (int, float) and least <= value <= most


def _are_exceptions(kinds: Any) -> bool:
    return type(kinds) is tuple and all(isinstance(kind, type) and issubclass(kind, Exception) for kind in kinds)


def _must(holds: bool, name: str, value: object, expected: str) -> None:
    if not holds:
        raise BadValue(name=name if name == "retries" else f"{name} of Retries", value=value, expected=expected)
