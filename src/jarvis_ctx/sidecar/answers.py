"""What a sidecar in its own process answers about itself: everything here asks insight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision
from jarvis_ctx.model.run import RunRecord

if TYPE_CHECKING:
    from jarvis_ctx.model.travel import KeptPoint, StateDiff


class Answers:
    """The read-only questions of a sidecar; they raise what `Insight` does."""

    insight: Insight

    api: dict[str, str] | None = None
    """Where this process serves the API (`url`), and why it cannot (`error`); None when it was not asked to."""

    def status(self) -> dict[str, Any]:
        """Health at a glance, as plain data."""
        return self.insight.status()

    def tasks(self, status: str | None = None) -> list[dict[str, Any]]:
        """The tasks, oldest first; with `status`, those shown with it."""
        return self.insight.tasks(status)

    def agents(self) -> list[dict[str, Any]]:
        """The agents with their last signs of life."""
        return self.insight.agents()

    def decisions(self, limit: int = 100) -> list[Decision]:
        """The latest decisions, oldest first."""
        return self.insight.decisions(limit)

    def messages(self, limit: int = 100) -> list[AgentMessage]:
        """The latest messages between agents, oldest first."""
        return self.insight.messages(limit)

    def conversation(self, limit: int = 100) -> list[ConversationEntry]:
        """The latest turns of the conversation, oldest first."""
        return self.insight.conversation(limit)

    def runs(self) -> list[RunRecord]:
        """The runs of this orchestrator, oldest first."""
        return self.insight.runs()

    def recovery_points(self) -> list[KeptPoint]:
        """The recovery points, oldest first: what each holds, where it is kept, and whether it verifies."""
        return self.insight.points()

    def diff(self, a: str, b: str = "now") -> StateDiff:
        """What changed between two moments: `now`, a point's label or id, a run's id, or an ISO 8601 time."""
        return self.insight.diff(a, b)
