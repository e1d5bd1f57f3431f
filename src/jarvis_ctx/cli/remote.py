"""An API elsewhere, as the commands ask it: the client's answers, with their values exactly as they were given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from jarvis_ctx import clock, decoding
from jarvis_ctx.client import ContextClient, questions
from jarvis_ctx.client.question import Question, parameters
from jarvis_ctx.client.questions import Paged
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import BadValue, UnknownOrchestrator, did_you_mean
from jarvis_ctx.insight.agents import Terms
from jarvis_ctx.insight.timeline import Wanted, check
from jarvis_ctx.insight.trail import Form
from jarvis_ctx.model.answers import LiveEvent
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision
from jarvis_ctx.model.finding import Finding, Verification
from jarvis_ctx.model.report import RecoveryReport, StepLine
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.travel import KeptPoint, StateDiff
from jarvis_ctx.retention.survey import Cleanup

T = TypeVar("T")
ALL = 100_000
"""Unfinished tasks that a status names."""
BASES = ("database", "json", "point")
"""What `recover --from` takes over an API: a file would be one of the server's."""
SAMPLES = 8_640
"""The most that the API gives: of a whole day."""


class Remote:
    """One orchestrator, through its API."""

    deputy = "the server"

    def __init__(self, client: ContextClient) -> None:
        self._client, self.where = client, client.url

    @classmethod
    def of(cls, client: ContextClient, name: str | None) -> Remote:
        """With a name, the orchestrator must be the one that is shown there. Raises `UnknownOrchestrator`."""
        remote = cls(client)
        if name is not None and name != (shown := remote.name):
            hint = did_you_mean(name, [shown])
            raise UnknownOrchestrator(name=name, path=client.url, hint=hint, known=shown)
        return remote

    @property
    def name(self) -> str:
        return self._client.status().orchestrator

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self._plain("status", limit=ALL)
        return found

    def tasks(self, status: str | None = None) -> list[dict[str, Any]]:
        return self._all("task-progress", status=status)

    def agents(self) -> list[dict[str, Any]]:
        return self._all("agent-states")

    def terms(self) -> Terms:
        return decoding.convert(self._plain("agent-states", limit=1)["terms"], Terms)

    def resources(self, limit: int = 360) -> dict[str, Any]:
        found: dict[str, Any] = self._plain("resources", limit=min(limit, SAMPLES))
        return found

    def run_lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._plain("runs")["items"]
        return found

    def doctor(self, environ: Mapping[str, str]) -> list[Finding]:
        return self._client.doctor()

    def verify(self) -> Verification:
        return self._client.verify()

    def foresee(self, base: str | None, point: str) -> dict[str, Any]:
        if base not in (None, *BASES):
            raise BadValue(name="--from", value=base, expected=f"one of {', '.join(BASES)} over an API")
        asked: Question[Any] = questions.forecast(base, point)
        found: dict[str, Any] = self._client.ask(msgspec.structs.replace(asked, reads=exact.from_tree))
        return found

    def export(self, form: Form, wanted: Wanted) -> Iterator[str]:
        check(wanted)
        return self._client.export(form, wanted.kinds, _since(wanted))

    def decisions(self, limit: int = 100) -> list[Decision]:
        return self._latest(questions.decisions(), limit)

    def messages(self, limit: int = 100) -> list[AgentMessage]:
        return self._latest(questions.messages(), limit)

    def conversation(self, limit: int = 100) -> list[ConversationEntry]:
        return self._latest(questions.conversation(), limit)

    def events(self, limit: int, wanted: Wanted) -> list[dict[str, Any]]:
        check(wanted)
        found = self._latest(questions.timeline(wanted.kinds, wanted.subject, _since(wanted)), limit)
        return [msgspec.structs.asdict(event) for event in found]

    def follow(self, limit: int, wanted: Wanted) -> Iterator[list[dict[str, Any]]]:
        check(wanted)
        with self._client.stream(kinds=wanted.kinds, subject=wanted.subject) as stream:
            stream.begin()
            found = self.events(limit, wanted)
            yield found
            known = {(line["writer"], line["number"]) for line in found}
            for item in stream:
                if isinstance(item, LiveEvent) and (item.writer, item.number) not in known:
                    line = exact.from_tree(msgspec.structs.asdict(item))
                    del line["position"]
                    yield [line]

    def report(self) -> RecoveryReport | None:
        return self._ask(questions.report())

    def still_in_doubt(self, report: RecoveryReport) -> list[StepLine]:
        return decoding.convert(self._plain("recovery-report")["still_in_doubt"], list[StepLine])

    def points(self) -> list[KeptPoint]:
        return self._ask(questions.points())

    def diff(self, a: str, b: str = "now") -> StateDiff:
        return self._ask(questions.diff(a, b))

    def live(self) -> int | None:
        return self._client.status().pid

    def checkpoint(self, label: str, timeout: float) -> CheckpointHeader:
        return self._client.checkpoint(label, timeout)

    def mark(self, label: str, timeout: float) -> CheckpointHeader:
        return self._client.checkpoint(label, timeout)

    def restore(self, point: str, timeout: float) -> Restored:
        return self._client.restore(point, timeout)

    def survey(self) -> Cleanup:
        return self._client.ask(questions.ordered("cleanup", {"dry_run": True}, Cleanup.of_json, None))

    def clean(self, timeout: float) -> Cleanup:
        return self._client.ask(questions.ordered("cleanup", {"dry_run": False}, Cleanup.of_json, timeout))

    def _plain(self, route: str, **asked: str | int | None) -> Any:
        return self._client.ask(Question(route=route, parameters=parameters(**asked), reads=exact.from_tree))

    def _ask(self, question: Question[T]) -> T:
        return self._client.ask(exactly(question))

    def _all(self, route: str, **asked: str | None) -> list[dict[str, Any]]:
        return list(self._client.walk(questions.paged(route, exact.from_tree, parameters(**asked))))

    def _latest(self, paged: Paged[T], limit: int) -> list[T]:
        """The latest ones, oldest first."""
        return list(self._client.walk(lambda size, cursor: exactly(paged(size, cursor)), limit))[::-1]


def _since(wanted: Wanted) -> datetime | None:
    return clock.moment(wanted.since) if wanted.since is not None else None


def exactly(question: Question[T]) -> Question[T]:
    """The same question, its answer's values as they were given, not as JSON has them."""
    return msgspec.structs.replace(question, reads=lambda plain: question.reads(exact.from_tree(plain)))
