"""`AsyncContextClient`: asks the API from an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from jarvis_ctx.client import questions
from jarvis_ctx.client.access import Token
from jarvis_ctx.client.face import Face, page_size, reason_of
from jarvis_ctx.client.hearing import AsyncStream
from jarvis_ctx.client.lines import Lines
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


class AsyncContextClient(Face):
    """`ContextClient` for an event loop: the same questions and errors; lists are walked with `async for`.

    Use it in one event loop, in an `async with`, or close it with `aclose()`.
    """

    def __init__(self, url: str, token: str | Token, patience: Patience | None = None, *, fresh: bool = False) -> None:
        """Connects when it is first asked; `fresh` wants answers of the last event, also dear ones. Raises `BadValue`,
        and `ClientMissing` without httpx.
        """
        super().__init__(url, token, patience or Patience(), fresh=fresh)
        self._http: httpx.AsyncClient = self._httpx.AsyncClient(**self.options())

    async def __aenter__(self) -> AsyncContextClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def status(self) -> Status:
        """Health at a glance; of unfinished tasks the oldest hundred."""
        return await self.ask(questions.status())

    def tasks(
        self, status: str | None = None, agent: str | None = None, limit: int | None = None
    ) -> AsyncIterator[TaskLine]:
        """The tasks, oldest first: with this status, as given or as shown, and of this agent."""
        return self.walk(questions.tasks(status, agent), limit)

    def agents(self, health: str | None = None, limit: int | None = None) -> AsyncIterator[AgentLine]:
        """The agents by id."""
        return self.walk(questions.agents(health), limit)

    def decisions(self, limit: int | None = None) -> AsyncIterator[Decision]:
        """The decisions, the newest first."""
        return self.walk(questions.decisions(), limit)

    def messages(self, limit: int | None = None) -> AsyncIterator[AgentMessage]:
        """The messages between agents, the newest first."""
        return self.walk(questions.messages(), limit)

    def conversation(self, limit: int | None = None) -> AsyncIterator[ConversationEntry]:
        """The turns of the conversation, the newest first."""
        return self.walk(questions.conversation(), limit)

    def timeline(
        self,
        kinds: tuple[str, ...] = (),
        subject: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[EventLine]:
        """The events of these kinds (none named: all), about this subject, from this time on; the newest first."""
        return self.walk(questions.timeline(kinds, subject, since), limit)

    async def runs(self) -> list[RunLine]:
        """The runs, oldest first."""
        return await self.ask(questions.runs())

    async def report(self) -> RecoveryReport | None:
        """The latest recovery report; None when there never was a recovery."""
        return await self.ask(questions.report())

    async def points(self) -> list[KeptPoint]:
        """The recovery points, oldest first, each verified."""
        return await self.ask(questions.points())

    async def diff(self, a: str, b: str = "now") -> StateDiff:
        """What changed between two moments: `now`, a point's label or id, a run's id, or an ISO 8601 time."""
        return await self.ask(questions.diff(a, b))

    async def doctor(self) -> list[Finding]:
        """Every check of the store's health, the worst findings first; the server reads every file."""
        return await self.ask(questions.doctor())

    async def verify(self) -> Verification:
        """Whether everything in the store is as it was written; the server reads every file."""
        return await self.ask(questions.verify())

    async def forecast(self, base: str | None = None, point: str = "") -> Foreseen:
        """What a start would find and do now; from a base (`database`, `json`, `point`) that is chosen by hand."""
        return await self.ask(questions.forecast(base, point))

    async def export(
        self, form: str = "jsonl", kinds: tuple[str, ...] = (), since: datetime | None = None
    ) -> AsyncIterator[str]:
        """The audit trail, line by line as it comes; `form` is `jsonl` or `csv`. Asked once, as it is long.

        Raises `ServerUnreachable` where it breaks off before its last line.
        """
        lines, send = Lines(self.url, form), Send(questions.export(form, kinds, since))
        try:
            async with self._http.stream(**self.request(send)) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise refusal(self.url, response.status_code, response.headers, response.content)
                async for chunk in response.aiter_bytes():
                    for line in lines.feed(chunk):
                        yield line
        except self.broken as error:
            raise ServerUnreachable(url=self.url, reason=reason_of(error)) from error
        lines.end()

    async def resources(self, limit: int = 360) -> Resources:
        """The latest samples of what it uses, and how its processes ended."""
        return await self.ask(questions.resources(limit))

    async def metrics(self) -> Metrics:
        """What is measured."""
        return await self.ask(questions.metrics())

    def stream(self, after: str | None = None, kinds: tuple[str, ...] = (), subject: str | None = None) -> AsyncStream:
        """The events as they come, behind a position (None: from now on); close it, or use it in an `async with`."""
        return AsyncStream(self, self._http, self.course(questions.stream(after, kinds, subject)))

    async def checkpoint(self, label: str = "", timeout: float | None = None) -> CheckpointHeader:
        """Take a checkpoint; with a label it is a recovery point. Sent once; its scope is `write`."""
        return await self.ask(questions.checkpoint(label, timeout))

    async def restore(self, point: str, timeout: float | None = None) -> Restored:
        """Go back to a moment in a new branch; `undo` leads back. Sent once; its scope is `admin`."""
        return await self.ask(questions.restore(point, timeout))

    async def cleanup(self, dry_run: bool = True, timeout: float | None = None) -> CleanupLine:
        """What is older than it is to be kept; without `dry_run` it goes. Its scope is `admin`."""
        return await self.ask(questions.cleanup(dry_run, timeout))

    async def ask(self, question: Question[T]) -> T:
        """Ask anything of `client/questions.py`."""
        steps = asked(question, self.url, self.patience, self._draw)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                answer: T = done.value
                return answer
            outcome = await self._do(step)

    async def walk(self, paged: Paged[T], limit: int | None = None) -> AsyncIterator[T]:
        """The items of all pages, at most `limit`; a page is asked for when the one before is used up."""
        size, left = page_size(limit, LARGEST), limit
        cursor: str | None = None
        while True:
            page = await self.ask(paged(size, cursor))
            for item in page.items[:left]:
                yield item
            left = None if left is None else left - len(page.items)
            if page.next is None or (left is not None and left <= 0):
                return
            cursor = page.next

    async def _do(self, step: Step) -> Outcome:
        if not isinstance(step, Send):
            import asyncio  # Only who waits pays for it.

            await asyncio.sleep(step.seconds)
            return None
        try:
            return self.reply(await self._http.request(**self.request(step)))
        except self.broken as error:
            return self.failure(error)
