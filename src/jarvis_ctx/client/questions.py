"""Everything that can be asked: one question a route, the same for both clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from jarvis_ctx import decoding
from jarvis_ctx.client import reading
from jarvis_ctx.client.question import Parameters, Question, parameters
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.answers import (
    AgentLine,
    CleanupLine,
    EventLine,
    Foreseen,
    Metrics,
    Page,
    Resources,
    RunLine,
    Status,
    TaskLine,
)
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision
from jarvis_ctx.model.finding import Finding, Verification
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.travel import KeptPoint, StateDiff

T = TypeVar("T")
LARGEST = 1_000
"""Items of one page."""
WHOLE = 600.0
"""Seconds for what the server reads the whole store for."""
ON_THE_WAY = 15.0
"""Seconds that an answer may take beyond what the server waits itself."""

Paged = Callable[[int, str | None], Question[Page[T]]]
"""Makes the question for a page of so many items, behind a cursor."""


def plain(data: Any) -> Any:
    """The answer as JSON has it."""
    return data


def status() -> Question[Status]:
    """Health at a glance."""
    return Question(route="status", reads=reading.record(Status))


def tasks(status: str | None = None, agent: str | None = None) -> Paged[TaskLine]:
    """Tasks, oldest first."""
    return paged("task-progress", reading.record(TaskLine), parameters(status=status, agent=agent))


def agents(health: str | None = None) -> Paged[AgentLine]:
    """Agents by id."""
    return paged("agent-states", reading.record(AgentLine), parameters(health=health))


def decisions() -> Paged[Decision]:
    """Decisions, the newest first."""
    return paged("decisions", reading.timed(Decision))


def messages() -> Paged[AgentMessage]:
    """Messages between agents, the newest first."""
    return paged("messages", reading.timed(AgentMessage))


def conversation() -> Paged[ConversationEntry]:
    """Turns of the conversation, the newest first."""
    return paged("conversation", reading.timed(ConversationEntry))


def timeline(kinds: tuple[str, ...], subject: str | None, since: datetime | None) -> Paged[EventLine]:
    """Events of these kinds (none named: all), about this subject, from this time on, the newest first."""
    filters = tuple(("kind", kind) for kind in kinds) + parameters(subject=subject, since=_moment(since))
    return paged("timeline", reading.record(EventLine), filters)


def stream(after: str | None, kinds: tuple[str, ...], subject: str | None) -> Question[EventLine]:
    """The events as they come, behind a position (None: from now on), of these kinds, about this subject."""
    filters = tuple(("kind", kind) for kind in kinds) + parameters(subject=subject, after=after)
    return Question(route="stream", parameters=filters, reads=reading.record(EventLine))


def runs() -> Question[list[RunLine]]:
    """The runs, oldest first."""
    return Question(route="runs", reads=reading.items(reading.record(RunLine)))


def report() -> Question[RecoveryReport | None]:
    """The latest recovery report."""
    return Question(route="recovery-report", reads=reading.report)


def points() -> Question[list[KeptPoint]]:
    """The recovery points, oldest first."""
    return Question(route="recovery-points", reads=reading.items(reading.record(KeptPoint)))


def diff(a: str, b: str) -> Question[StateDiff]:
    """What changed between two moments."""
    return Question(route="diff", parameters=parameters(a=a, b=b), reads=reading.diff)


def resources(limit: int) -> Question[Resources]:
    """What a supervised orchestrator uses."""
    return Question(route="resources", parameters=parameters(limit=limit), reads=reading.record(Resources))


def metrics() -> Question[Metrics]:
    """What is measured."""
    return Question(route="metrics", reads=reading.record(Metrics))


def doctor() -> Question[list[Finding]]:
    """Every check of the store's health."""
    return Question(route="doctor", reads=lambda plain: decoding.convert(plain["findings"], list[Finding]), wait=WHOLE)


def verify() -> Question[Verification]:
    """Whether the store is as it was written."""
    return Question(route="verify", reads=reading.record(Verification), wait=WHOLE)


def forecast(base: str | None, point: str) -> Question[Foreseen]:
    """What a start would find and do now."""
    said = parameters(base=base, point=point or None)
    return Question(route="recovery-forecast", parameters=said, reads=reading.record(Foreseen), wait=WHOLE)


def export(form: str, kinds: tuple[str, ...], since: datetime | None) -> Question[Any]:
    """The audit trail, whose answer is lines, no JSON."""
    filters = (("form", form), *(("kind", kind) for kind in kinds), *parameters(since=_moment(since)))
    return Question(route="export", parameters=filters, reads=plain, wait=WHOLE)


def checkpoint(label: str, timeout: float | None = None) -> Question[CheckpointHeader]:
    """Take a checkpoint; with a label it is a recovery point."""
    return ordered("checkpoint", {"label": label} if label else {}, reading.header, timeout)


def restore(point: str, timeout: float | None = None) -> Question[Restored]:
    """Go back to a moment in a new branch."""
    return ordered("restore", {"point": point}, reading.restored, timeout)


def cleanup(dry_run: bool, timeout: float | None = None) -> Question[CleanupLine]:
    """What is older than it is to be kept."""
    return ordered("cleanup", {"dry_run": dry_run}, reading.record(CleanupLine), timeout)


def ordered(route: str, body: dict[str, Any], reads: Callable[[Any], T], timeout: float | None) -> Question[T]:
    """Something to be done, for which the server waits `timeout` seconds for a live orchestrator."""
    if timeout is None:
        return Question(route=route, body=body, reads=reads)
    return Question(route=route, body={**body, "timeout": timeout}, reads=reads, wait=timeout + ON_THE_WAY)


def paged(route: str, item: Callable[[Any], T], filters: Parameters = ()) -> Paged[T]:
    """A list's pages, each of its items read by `item`."""

    def question(limit: int, cursor: str | None) -> Question[Page[T]]:
        said = filters + parameters(limit=limit, cursor=cursor)
        return Question(route=route, parameters=said, reads=reading.page(item))

    return question


def _moment(time: datetime | None) -> str | None:
    if time is None:
        return None
    if time.tzinfo is None:
        raise BadValue(name="since", value=str(time), expected="a time with its zone")
    return time.astimezone(UTC).isoformat()
