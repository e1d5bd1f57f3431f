"""The cut: how far an orchestrator's events have been cleaned up, so that none of them comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.event import THREAD_KINDS

CUT = "RetentionCut"
"""The kind of event that says it."""

KEPT = "DecisionLogged"
"""The kind of event that has a horizon of its own."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Events up to `position` {writer: number} are gone, but for decisions of `decisions_since` (µs) and later.

    All of them happened before `horizon` (µs).
    """

    position: dict[str, int] = {}
    horizon: int = 0
    decisions_since: int = 0

    def takes(self, writer: str, number: int, time: int, kind: str) -> bool:
        """Whether that event was cleaned up."""
        if number > self.position.get(writer, 0):
            return False
        if kind in THREAD_KINDS:
            return False
        return kind != KEPT or time < self.decisions_since

    def joined(self, other: Cut) -> Cut:
        """Both cuts, in either order."""
        position = {w: max(n, self.position.get(w, 0)) for w, n in other.position.items()}
        return Cut(
            position=self.position | position,
            horizon=max(self.horizon, other.horizon),
            decisions_since=max(self.decisions_since, other.decisions_since),
        )

    def body(self) -> dict[str, Any]:
        """As a `RetentionCut` tells it."""
        return {"position": self.position, "horizon": self.horizon, "decisions_since": self.decisions_since}
