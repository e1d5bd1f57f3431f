"""A question as it is sent, and how its answer is read; no bytes move here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
PREFIX = "/api/jarvis/context/"

Parameters = tuple[tuple[str, str], ...]


class Question(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A request to the API; `reads` makes the answer's JSON the record it stands for.

    Without a body it is a GET, which may be asked again; with one it changes something.
    """

    route: str
    parameters: Parameters = ()
    body: dict[str, Any] | None = None
    wait: float | None = None
    """Seconds that its answer may take; without it, what the client's `Patience` says."""
    reads: Callable[[Any], T]

    @property
    def method(self) -> str:
        """As HTTP has it."""
        return "GET" if self.body is None else "POST"

    @property
    def path(self) -> str:
        """Where it is asked."""
        return PREFIX + self.route


def parameters(**given: str | int | None) -> Parameters:
    """Those that were given, as text."""
    return tuple((name, str(value)) for name, value in given.items() if value is not None)
