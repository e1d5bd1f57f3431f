"""Cleaning up: by a run itself, now and then or when it is asked, and by a command while nobody runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.clock import MICROSECONDS, Clock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.retention.agreement import Agreement
from jarvis_ctx.retention.cleaner import Cleaner, Premises
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.retention.survey import Cleanup
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import requests
from jarvis_ctx.sidecar.database import condemn
from jarvis_ctx.sidecar.offline import Offline, offline
from jarvis_ctx.sidecar.opening import DATABASE, OpenStore

if TYPE_CHECKING:
    from jarvis_ctx.graphs.source import Source
    from jarvis_ctx.sidecar.frameworks import ForFrameworks

log = logging.getLogger("jarvis_ctx")

LOOK_EVERY = 600.0
"""Seconds between two looks whether it is time to clean up, so that runs of less than a day have their turn."""


def rules_of(settings: Settings) -> Rules:
    """The rules that these settings choose."""
    return Rules(
        retention_days=settings.retention_days,
        decision_days=settings.decision_days,
        thread_days=settings.thread_days,
        thread_checkpoints_kept=settings.thread_checkpoints_kept,
    )


def premises_of(opened: OpenStore) -> Premises:
    """What the cleaner works on."""
    ground = opened.ground
    return Premises(
        folder=ground.folder,
        files=ground.files,
        events=ground.store.events,
        upkeep=opened.store.upkeep,
        values=ground.values,
    )


class Rounds:
    """Cleans up once in `cleanup_interval`, over the ends of runs; not while the clocks disagree."""

    def __init__(self, cleaner: Cleaner, settings: Settings, clock: Clock) -> None:
        self._cleaner, self._rules, self._clock = cleaner, rules_of(settings), clock
        self._interval = settings.cleanup_interval
        self._agreement = Agreement(clock)
        self._last = 0

    def turn(self) -> Cleanup | None:
        """Clean up if it is time; None when it is not."""
        now, state = self._clock.wall(), self._cleaner.state()
        cleaned = state.cut.horizon + now - self._rules.horizon(now) if state.cut.horizon else 0
        if now - max(self._last, cleaned) < self._interval * MICROSECONDS:
            return None
        if not self._agreement.holds(state.stamp[0]):
            log.warning("Nothing is cleaned up in this run: its wall clock has jumped")
            return None
        self._last = now
        return self._cleaner.clean()


def live_cleaner(
    opened: OpenStore, journal: Journal, keeper: Keeper, archiving: Archiving, frameworks: ForFrameworks
) -> Cleaner:
    """The cleaner of a run; `frameworks` reads its threads, and lets go of those that were dropped."""

    def settle() -> None:
        frameworks.forget_threads()
        keeper.take()
        archiving.turn()
        journal.flush()
        journal.sync()

    ground = opened.ground
    return Cleaner(
        premises_of(opened),
        rules_of(ground.settings),
        state=journal.picture,
        append=journal.append,
        settle=settle,
        source=lambda: frameworks.threads.source(),
        now=ground.clock.wall,
    )


Guard: TypeAlias = Callable[[Callable[[], object]], Callable[[], None]]


def job(cleaner: Cleaner, settings: Settings, clock: Clock, guard: Guard) -> tuple[float, Callable[[], Any]]:
    """What the schedule runs: the seconds between two turns, and a turn."""
    return min(settings.cleanup_interval, LOOK_EVERY), guard(Rounds(cleaner, settings, clock).turn)


def request_cleanup(settings: Settings, timeout: float = 300.0) -> Cleanup:
    """Ask the live owner to clean up and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    body = requests.ask(settings, "CleanupRequested", {}, timeout)
    return decoding.convert(exact.from_tree(body["cleanup"]), Cleanup)


def cleanup_answer(cleaner: Cleaner) -> requests.Answer:
    """Answers a `CleanupRequested`."""
    return lambda body: {"cleanup": msgspec.to_builtins(cleaner.clean())}


def clean_offline(settings: Settings) -> Cleanup:
    """Clean up a store that nobody runs; begins no run. Raises `NoStore`, `NotAtRest`, `StoreUnavailable`, and
    `StoreDamaged` for a database that the next start then makes anew.
    """
    with offline(settings) as store:
        try:
            store.catch_up()  # What a cleanup went past is not drained any more, and events of threads stay.
            return _ByHand(store).cleaner().clean()
        except StoreDamaged as error:
            condemn(settings.folder / DATABASE, str(error))
            raise


class _ByHand:
    """Cleans up for nobody's run; the pen is taken up when something is to be written."""

    def __init__(self, store: Offline) -> None:
        self._store, self._keeper = store, store.keeper()
        self._writer: Writer | None = None

    def cleaner(self) -> Cleaner:
        ground = self._store.ground
        return Cleaner(
            premises_of(self._store.opened),
            rules_of(ground.settings),
            state=lambda: self._store.state,
            append=self._append,
            settle=self._settle,
            source=self._source,
            now=ground.clock.wall,
        )

    def _source(self) -> Source:
        from jarvis_ctx.graphs.source import complete

        return complete(self._store)

    def _append(self, kind: str, subject: str, body: dict[str, Any]) -> object:
        self._writer = self._writer or self._store.pen()
        return self._writer.append(kind, subject, body)

    def _settle(self) -> None:
        if self._writer is None:
            return
        for segment, _, _ in self._writer.committed():
            segment.seal()
            self._store.into_store(segment.path)
        self._keeper.take()
        self._store.ground.store.events.sync()
