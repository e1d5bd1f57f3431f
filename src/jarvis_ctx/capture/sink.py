"""What capture needs of whoever keeps the events."""

from __future__ import annotations

from typing import Any, Protocol

from jarvis_ctx.model.state import State


class Sink(Protocol):
    """The journal, as capture sees it."""

    state: State

    def append(self, kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        """Keep one event durably and fold it into `state`; returns its number.

        `own` hands over a body of plain JSON that nobody else holds, which need not be checked and copied.
        """
        ...
