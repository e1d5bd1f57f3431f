"""The events of a store in which nobody has run yet: none, until the first run begins, and then all of its."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal.place import Place

LOOK = 0.25
"""Seconds between two looks whether it has begun."""
FIRST = 8_192
"""Events of its beginning that are told: far more than there can be by then."""


class Followed(Protocol):
    """Lines as they come, for one thread; close it after use."""

    @property
    def place(self) -> Place:
        """How far it has come."""
        ...

    def step(self) -> list[dict[str, Any]]:
        """The lines since the last step, in order."""
        ...

    def close(self) -> None: ...


class Awaited:
    """Follows what `begun` gives insight into, once it does; None before."""

    def __init__(
        self,
        begun: Callable[[], AbstractContextManager[Insight | None]],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._begun, self._steady = begun, steady
        self._due, self._nowhere = 0.0, Place(0, {})
        self._inner: Followed | None = None

    @property
    def place(self) -> Place:
        return self._inner.place if self._inner is not None else self._nowhere

    def step(self) -> list[dict[str, Any]]:
        if self._inner is not None:
            return self._inner.step()
        if self._steady() < self._due:
            return []
        self._due = self._steady() + LOOK
        with self._begun() as insight:
            return self._begin(insight) if insight is not None else []

    def _begin(self, insight: Insight) -> list[dict[str, Any]]:
        inner = insight.following()
        if inner.place.epoch == 0:  # Its journal is not there yet.
            inner.close()
            return []
        try:
            first = insight.since(self._nowhere, inner.place, FIRST).lines
        except BaseException:  # It is begun with again, and nothing of it is lost.
            inner.close()
            raise
        self._inner = inner
        return first

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()
