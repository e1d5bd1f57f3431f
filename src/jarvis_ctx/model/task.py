"""A task of the orchestrator, as the events tell it."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId, TaskId

STATUSES = {
    "pending": "pending",
    "queued": "pending",
    "todo": "pending",
    "assigned": "pending",
    "in_progress": "in_progress",
    "in-progress": "in_progress",
    "running": "in_progress",
    "started": "in_progress",
    "active": "in_progress",
    "blocked": "blocked",
    "waiting": "blocked",
    "paused": "blocked",
    "completed": "completed",
    "complete": "completed",
    "done": "completed",
    "finished": "completed",
    "success": "completed",
    "succeeded": "completed",
    "failed": "failed",
    "error": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "quarantined": "quarantined",
}
"""Statuses people write, and the seven they are shown as; any other is kept as given and shown as `other`."""

NOT_DONE = frozenset({"pending", "blocked", "failed", "cancelled"})
"""Shown statuses under which a call that returned has not done its work."""

FINAL = frozenset({"completed", "failed", "cancelled", "quarantined"})

UNDONE = "a restore left its end behind"
"""Why a call is open again that ran at the moment restored and had ended since: nobody died of it."""


class Attempt(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One claimed run of a captured method for a task."""

    method: str
    run: RunId
    number: int
    """1 for the first try; restarts count on."""
    claimed: int
    key: str
    """Which call of the method in its run it was: `<method>#<epoch>.<count>`, or `<pid>-<count>` in another process."""
    alone: bool = False
    """True when it ran in isolation after an unexplained death."""
    ended: int | None = None
    outcome: str | None = None
    """`finished`, `failed`, `died` (with its process, or `undone`), or None while it runs."""
    result: Any = msgspec.UNSET
    """What the call returned, as tagged JSON; UNSET when it could not be kept."""
    kept: bool = False
    lost: str = ""
    """Why the result was not kept, or there is none."""
    completes: bool = True
    """Whether the call's return completes the task; False where the orchestrator says so itself."""
    stands: bool = False
    """Whether it returned with its work done, so that its result holds even if the task was called again since."""
    call: Any = msgspec.UNSET
    """How to make the call again, while that may be wanted: `owner`, `binding`, `within`, and `args` with `kwargs` as
    tagged JSON, or `refused`: why it cannot be."""

    @property
    def undone(self) -> bool:
        """Whether it ended and a restore left that behind, so that it counts as cut off, by no death."""
        return self.outcome == "died" and self.lost == UNDONE


class TaskRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A task's latest known state. Percentages run from 0 to 100.

    As JSON, in checkpoints, it is without the fields that have their default: so a default may never change.
    """

    id: TaskId
    created: int
    updated: Stamp
    chain: RunId
    description: str = ""
    status: str = "pending"
    percentage: float = 0
    completed_subtasks: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    agent: str = ""
    metadata: dict[str, Any] = {}
    """Every other key that was given, as given."""
    attempts: dict[str, Attempt] = {}
    """The latest attempt of each call key."""
    deaths_alone: int = 0
    quarantined: str = ""
    """Why it is not run again, or nothing."""
    never_asked: tuple[str, ...] = ()
    """Names of steps that a death left in doubt, and that it was completed without: neither asked about nor redone."""
    generation: int = 0
    """How often steps of it were over and done with, so that the next of the same key is another one."""

    @property
    def shown_status(self) -> str:
        """One of the documented statuses, or `other`."""
        return "quarantined" if self.quarantined else STATUSES.get(self.status.lower(), "other")

    @property
    def finished(self) -> bool:
        return self.shown_status in FINAL

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to do: completed, or its call returned under a status of the person's own.

        One called "completed" while its call still ran is not done: killed before the return, it is called again.
        """
        latest = next(reversed(self.attempts.values()), None)
        if latest is not None and latest.outcome in (None, "died"):
            return False
        returned = latest is not None and latest.outcome == "finished" and latest.completes
        return self.shown_status == "completed" or (returned and self.shown_status == "other")

    @property
    def may_retire(self) -> bool:
        """Whether nothing is left to do for it, and nothing of it may do harm; one in quarantine stays."""
        return (self.finished or self.done) and not (self.in_flight or self.quarantined)

    @property
    def tries(self) -> dict[str, int]:
        """How often a call of each method was begun for it, as far as the attempts that are kept tell."""
        tries: dict[str, int] = {}
        for attempt in self.attempts.values():
            tries[attempt.method] = max(attempt.number, tries.get(attempt.method, 0))
        return tries

    @property
    def begun(self) -> int:
        """How often a call for it was begun, of any method of which an attempt is kept."""
        return sum(self.tries.values())

    @property
    def results(self) -> list[Attempt]:
        """The attempts whose results may stand in for their calls, oldest first.

        One task may be called several times, by several methods: an earlier call that returned with its work done is
        not undone by a later one that died.
        """
        latest = next(reversed(self.attempts.values()), None)
        return [a for a in self.attempts.values() if a.kept and (self.done if a is latest else a.stands)]

    @property
    def interrupted(self) -> bool:
        """Whether the death of a process cut its latest call off, and nobody has taken it up since."""
        latest = next(reversed(self.attempts.values()), None)
        return latest is not None and latest.outcome == "died" and not latest.undone

    @property
    def undone(self) -> bool:
        """Whether a restore left the end of its latest call behind, and nobody has taken it up since."""
        latest = next(reversed(self.attempts.values()), None)
        return latest is not None and latest.undone

    @property
    def in_flight(self) -> list[Attempt]:
        """Attempts that were claimed and have no recorded end."""
        return [attempt for attempt in self.attempts.values() if attempt.outcome is None]
