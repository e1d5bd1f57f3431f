"""What a sidecar in its own process answers about itself: everything here asks insight."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision
from jarvis_ctx.model.run import RunRecord


class Answers:
    """The read-only questions of a sidecar; they raise what `Insight` does."""

    insight: Insight

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
