"""What the commands ask for: one port, which a store on this machine and an API elsewhere both fulfil."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jarvis_ctx.insight.agents import Terms
    from jarvis_ctx.insight.timeline import Wanted
    from jarvis_ctx.insight.trail import Form
    from jarvis_ctx.model.checkpoint import CheckpointHeader
    from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision
    from jarvis_ctx.model.finding import Finding, Verification
    from jarvis_ctx.model.report import RecoveryReport, StepLine
    from jarvis_ctx.model.restored import Restored
    from jarvis_ctx.model.travel import KeptPoint, StateDiff
    from jarvis_ctx.retention.survey import Cleanup


class Present(Protocol):
    """How it stands. Each method answers as that of `Insight` does."""

    def status(self) -> dict[str, Any]: ...

    def tasks(self, status: str | None = None) -> list[dict[str, Any]]: ...

    def agents(self) -> list[dict[str, Any]]: ...

    def terms(self) -> Terms: ...

    def resources(self, limit: int = 360) -> dict[str, Any]: ...

    def run_lines(self) -> list[dict[str, Any]]: ...

    def doctor(self, environ: Mapping[str, str]) -> list[Finding]:
        """An API looks at the variables of its own process instead."""
        ...

    def verify(self) -> Verification: ...

    def foresee(self, base: str | None, point: str) -> dict[str, Any]:
        """What a start would find and do now."""
        ...


class Past(Protocol):
    """What happened. Each method answers as that of `Insight` does."""

    def decisions(self, limit: int = 100) -> list[Decision]: ...

    def messages(self, limit: int = 100) -> list[AgentMessage]: ...

    def conversation(self, limit: int = 100) -> list[ConversationEntry]: ...

    def events(self, limit: int, wanted: Wanted) -> list[dict[str, Any]]:
        """The latest events that are wanted, in order."""
        ...

    def follow(self, limit: int, wanted: Wanted) -> Iterator[list[dict[str, Any]]]:
        """The same, and then without an end what comes, as it comes."""
        ...

    def export(self, form: Form, wanted: Wanted) -> Iterator[str]:
        """The audit trail, line by line."""
        ...

    def report(self) -> RecoveryReport | None: ...

    def still_in_doubt(self, report: RecoveryReport) -> list[StepLine]: ...


class Moments(Protocol):
    """What can be gone back to. Each method answers as that of `Insight` does."""

    def points(self) -> list[KeptPoint]: ...

    def diff(self, a: str, b: str = "now") -> StateDiff: ...


class Orders(Protocol):
    """What can be told to it; a live orchestrator is asked, and may take `timeout` seconds."""

    where: str
    """The store's folder, or the server's address."""
    deputy: str
    """Who does it where nobody runs the orchestrator."""

    @property
    def name(self) -> str:
        """The orchestrator's name."""
        ...

    def live(self) -> int | None:
        """The process that runs it."""
        ...

    def checkpoint(self, label: str, timeout: float) -> CheckpointHeader: ...

    def mark(self, label: str, timeout: float) -> CheckpointHeader:
        """Mark a recovery point of an orchestrator that runs."""
        ...

    def restore(self, point: str, timeout: float) -> Restored: ...

    def survey(self) -> Cleanup:
        """What a cleanup would remove."""
        ...

    def clean(self, timeout: float) -> Cleanup:
        """Remove it."""
        ...


class Source(Present, Past, Moments, Orders, Protocol):
    """All of it."""
