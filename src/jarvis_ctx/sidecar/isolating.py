"""Wires isolation: the suspects of the last death, and the tasks whose workers die while the run goes on."""

from __future__ import annotations

from collections.abc import Callable

from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.event import Event
from jarvis_ctx.recovery.ground import Ground
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.workers import Workers, left_by_workers


def isolation_of(ground: Ground, journal: Journal, plan: Plan | None, *, joining: bool) -> Isolation:
    """Of this process; it shares the turn with the orchestrator's others. Idle where calls are not to be changed."""
    chosen = ground.settings
    path = ground.folder / f"suspects-{chosen.name}.lock"
    isolation = Isolation(plan.suspects if plan is not None else set(), chosen.isolation_timeout, path)
    if chosen.resume != "report" and (plan is None or plan.skip):
        journal.hearing.on_heard = isolation.heard
        if joining:
            for task in left_by_workers(journal.writer.state, journal.writer.run):
                isolation.suspect(task)
    return isolation


def watch_workers(
    journal: Journal, max_attempts: int, isolation: Isolation, asked: Callable[[list[Event]], object]
) -> None:
    """Let the run's own process notice its workers' deaths, and `asked` what others ask of it."""
    suspect = isolation.suspect if journal.hearing.on_heard is not None else None
    workers = Workers(journal.writer, max_attempts, suspect)

    def listen(events: list[Event]) -> None:
        workers.heard(events)
        asked(events)
        workers.tell()  # Last: where it cannot be recorded, all else has been heard, and the next turn tries again.

    journal.on_others, journal.neighbours.on_ended = listen, workers.ended
