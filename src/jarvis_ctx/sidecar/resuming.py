"""Carrying on after a crash, as a person asks for it: the unfinished calls made again, quarantine left."""

from __future__ import annotations

from jarvis_ctx.capture.redispatch import Redispatch
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.redispatched import Redispatched
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.unfinished import unfinished_calls
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.releases import check_quarantined


class Resuming:
    """What a sidecar does about the calls that a crash cut off."""

    journal: Journal
    again: Redispatch | None = None
    """The unfinished calls to make again; None where there is none, or none is wanted."""
    due: Redispatch | None = None
    """The same, while some of them wait."""

    def take_up(self, plan: Plan | None, settings: Settings) -> None:
        """Know the calls to make again: those of the recovery this run began with, if it did."""
        if plan is not None and plan.redispatch:
            calls, concurrency = plan.redispatch, settings.redispatch_concurrency
            self.again = self.due = Redispatch(calls, concurrency, over=self._nothing_due)

    def _nothing_due(self) -> None:
        self.due = None

    def look_again(self) -> None:
        """After a restore: of the calls to make again, make those that the state has unfinished now."""
        if self.again is not None:
            state = self.journal.writer.picture()
            left = unfinished_calls(state, state.chain, ())
            self.again.look_again({(call.task, call.method) for call in left})
            self.due = self.again

    def release(self, task_id: str) -> None:
        """Let a quarantined task run again, with no deaths to its name. Raises `NotQuarantined`.

        Its next call is made as any other; nothing is called by this.
        """
        check_quarantined(self.journal.writer.state, task_id)
        self.journal.append("TaskReleased", task_id, {})

    def resume(self) -> list[Redispatched]:
        """With `resume="redispatch"`, make the unfinished calls of the run that crashed now; says what became of each.

        Otherwise the first captured call does so before it goes on. An exception that such a call raises is in the
        answer, and is raised to the program's own call of the same task and method. Coroutine functions wait for
        `aresume`; without an object of the right class, calls wait for one. Nothing to do: an empty list.
        """
        if self.again is None:
            return []
        self.again.resume()
        return self.again.outcomes()

    async def aresume(self) -> list[Redispatched]:
        """`resume` in an event loop, coroutine functions too; a sync one blocks the loop, as its call would."""
        if self.again is None:
            return []
        await self.again.aresume()
        return self.again.outcomes()
