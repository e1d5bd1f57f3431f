"""`ContextClient`: asks the API, and waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from jarvis_ctx.client import questions
from jarvis_ctx.client.access import Token
from jarvis_ctx.client.face import Face, page_size, reason_of
from jarvis_ctx.client.lines import Lines
from jarvis_ctx.client.listening import Stream
from jarvis_ctx.client.question import Question
from jarvis_ctx.client.questions import LARGEST, Paged
from jarvis_ctx.client.refusals import refusal
from jarvis_ctx.client.retrying import Outcome, Patience, Send, Step, asked
from jarvis_ctx.errors import ServerUnreachable
from jarvis_ctx.model.answers import (
    AgentLine,
    CleanupLine,
    EventLine,
    Foreseen,
    Metrics,
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

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class ContextClient(Face):
    """Asks one orchestrator's API. Safe in any thread; close it after use, or use it in a `with`.

    Every method raises the errors of `errors/http.py`: `ServerUnreachable`, `Unauthorized`, `Forbidden`, `NotFound`,
    `Conflict`, `BadRequest`, `RateLimited`, `ServerUnavailable`, `UnexpectedAnswer`. Lists are read page by page as
    they are walked through. Values that JSON lacks stay tagged, as docs/formats.md has them.
    """

    def __init__(self, url: str, token: str | Token, patience: Patience | None = None, *, fresh: bool = False) -> None:
        """Connects when it is first asked; `fresh` wants answers of the last event, also dear ones. Raises `BadValue`,
        and `ClientMissing` without httpx.
        """
        super().__init__(url, token, patience or Patience(), fresh=fresh)
        self._http: httpx.Client = self._httpx.Client(**self.options())

    def __enter__(self) -> ContextClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def status(self) -> Status:
        """Health at a glance; of unfinished tasks the oldest hundred."""
        return self.ask(questions.status())

    def tasks(
        self, status: str | None = None, agent: str | None = None, limit: int | None = None
    ) -> Iterator[TaskLine]:
        """The tasks, oldest first: with this status, as given or as shown, and of this agent."""
        return self.walk(questions.tasks(status, agent), limit)

    def agents(self, health: str | None = None, limit: int | None = None) -> Iterator[AgentLine]:
        """The agents by id."""
        return self.walk(questions.agents(health), limit)

    def decisions(self, limit: int | None = None) -> Iterator[Decision]:
        """The decisions, the newest first."""
        return self.walk(questions.decisions(), limit)

    def messages(self, limit: int | None = None) -> Iterator[AgentMessage]:
        """The messages between agents, the newest first."""
        return self.walk(questions.messages(), limit)

    def conversation(self, limit: int | None = None) -> Iterator[ConversationEntry]:
        """The turns of the conversation, the newest first."""
        return self.walk(questions.conversation(), limit)

    def timeline(
        self,
        kinds: tuple[str, ...] = (),
        subject: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[EventLine]:
        """The events of these kinds (none named: all), about this subject, from this time on; the newest first."""
        return self.walk(questions.timeline(kinds, subject, since), limit)

    def runs(self) -> list[RunLine]:
        """The runs, oldest first."""
        return self.ask(questions.runs())

    def report(self) -> RecoveryReport | None:
        """The latest recovery report; None when there never was a recovery."""
        return self.ask(questions.report())

    def points(self) -> list[KeptPoint]:
        """The recovery points, oldest first, each verified."""
        return self.ask(questions.points())

    def diff(self, a: str, b: str = "now") -> StateDiff:
        """What changed between two moments: `now`, a point's label or id, a run's id, or an ISO 8601 time."""
        return self.ask(questions.diff(a, b))

    def doctor(self) -> list[Finding]:
        """Every check of the store's health, the worst findings first; the server reads every file."""
        return self.ask(questions.doctor())

    def verify(self) -> Verification:
        """Whether everything in the store is as it was written; the server reads every file."""
        return self.ask(questions.verify())

    def forecast(self, base: str | None = None, point: str = "") -> Foreseen:
        """What a start would find and do now; from a base (`database`, `json`, `point`) that is chosen by hand."""
        return self.ask(questions.forecast(base, point))

    def export(self, form: str = "jsonl", kinds: tuple[str, ...] = (), since: datetime | None = None) -> Iterator[str]:
        """The audit trail, line by line as it comes; `form` is `jsonl` or `csv`. Asked once, as it is long.

        Raises `ServerUnreachable` where it breaks off before its last line.
        """
        lines, send = Lines(self.url, form), Send(questions.export(form, kinds, since))
        try:
            with self._http.stream(**self.request(send)) as response:
                if response.status_code != 200:
                    response.read()
                    raise refusal(self.url, response.status_code, response.headers, response.content)
                for chunk in response.iter_bytes():
                    yield from lines.feed(chunk)
        except self.broken as error:
            raise ServerUnreachable(url=self.url, reason=reason_of(error)) from error
        lines.end()

    def resources(self, limit: int = 360) -> Resources:
        """The latest samples of what it uses, and how its processes ended."""
        return self.ask(questions.resources(limit))

    def metrics(self) -> Metrics:
        """What is measured."""
        return self.ask(questions.metrics())

    def stream(self, after: str | None = None, kinds: tuple[str, ...] = (), subject: str | None = None) -> Stream:
        """The events as they come, behind a position (None: from now on); close it, or use it in a `with`."""
        return Stream(self, self._http, self.course(questions.stream(after, kinds, subject)))

    def checkpoint(self, label: str = "", timeout: float | None = None) -> CheckpointHeader:
        """Take a checkpoint; with a label it is a recovery point. Sent once; its scope is `write`."""
        return self.ask(questions.checkpoint(label, timeout))

    def restore(self, point: str, timeout: float | None = None) -> Restored:
        """Go back to a moment in a new branch; `undo` leads back. Sent once; its scope is `admin`."""
        return self.ask(questions.restore(point, timeout))

    def cleanup(self, dry_run: bool = True, timeout: float | None = None) -> CleanupLine:
        """What is older than it is to be kept; without `dry_run` it goes. Its scope is `admin`."""
        return self.ask(questions.cleanup(dry_run, timeout))

    def ask(self, question: Question[T]) -> T:
        """Ask anything of `client/questions.py`."""
        steps = asked(question, self.url, self.patience, self._draw)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                answer: T = done.value
                return answer
            outcome = self._do(step)

    def walk(self, paged: Paged[T], limit: int | None = None) -> Iterator[T]:
        """The items of all pages, at most `limit`; a page is asked for when the one before is used up."""
        size, left = page_size(limit, LARGEST), limit
        cursor: str | None = None
        while True:
            page = self.ask(paged(size, cursor))
            yield from page.items[:left]
            left = None if left is None else left - len(page.items)
            if page.next is None or (left is not None and left <= 0):
                return
            cursor = page.next

    def _do(self, step: Step) -> Outcome:
        if not isinstance(step, Send):
            time.sleep(step.seconds)
            return None
        try:
            return self.reply(self._http.request(**self.request(step)))
        except self.broken as error:
            return self.failure(error)
