"""Cleaning up: by a run itself, now and then or when it is asked, and by a command while nobody runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.clock import MICROSECONDS, Clock, SystemClock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import NoStore
from jarvis_ctx.journal import read
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.others import stored
from jarvis_ctx.journal.ports import Batch
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.recovery.begin import Ground
from jarvis_ctx.recovery.rebuild import rebuild
from jarvis_ctx.retention.agreement import Agreement
from jarvis_ctx.retention.cleaner import Cleaner, Premises
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.retention.survey import Cleanup
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import requests
from jarvis_ctx.sidecar.offline import offline_keeper
from jarvis_ctx.sidecar.opening import OpenStore

log = logging.getLogger("jarvis_ctx")

LOOK_EVERY = 600.0
"""Seconds between two looks whether it is time to clean up, so that runs of less than a day have their turn."""


def rules_of(settings: Settings) -> Rules:
    """The rules that these settings choose."""
    return Rules(retention_days=settings.retention_days, decision_days=settings.decision_days)


def premises_of(opened: OpenStore) -> Premises:
    """What the cleaner works on."""
    ground = opened.ground
    return Premises(folder=ground.folder, files=ground.files, events=ground.store.events, upkeep=opened.store.upkeep)


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


def live_cleaner(opened: OpenStore, journal: Journal, keeper: Keeper, archiving: Archiving) -> Cleaner:
    """The cleaner of a run."""

    def settle() -> None:
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
        now=ground.clock.wall,
    )


Guard: TypeAlias = Callable[[Callable[[], object]], Callable[[], None]]


def job(cleaner: Cleaner, settings: Settings, clock: Clock, guard: Guard) -> tuple[float, Callable[[], Any]]:
    """What the schedule runs: the seconds between two turns, and a turn."""
    return min(settings.cleanup_interval, LOOK_EVERY), guard(Rounds(cleaner, settings, clock).turn)


def request_cleanup(settings: Settings, timeout: float = 300.0) -> Cleanup:
    """Ask the live owner to clean up and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    body = requests.ask(settings, "CleanupRequested", {}, timeout)
    return msgspec.convert(exact.from_tree(body["cleanup"]), Cleanup)


def cleanup_answer(cleaner: Cleaner) -> requests.Answer:
    """Answers a `CleanupRequested`."""
    return lambda body: {"cleanup": msgspec.to_builtins(cleaner.clean())}


def clean_offline(settings: Settings) -> Cleanup:
    """Clean up a store that nobody runs; begins no run. Raises `NoStore`, `AlreadyRunning`, `StoreUnavailable`."""
    if not (settings.folder / "journal").is_dir():
        raise NoStore(path=str(settings.folder))
    opened = OpenStore(settings, SystemClock())
    try:
        return _Offline(opened.ground).cleaner(opened, rules_of(settings)).clean()
    finally:
        opened.close()


class _Offline:
    """Stands in for the run: its state, and a pen that is taken up when something is to be written."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.state = rebuild(ground.layers, ground.clock.steady).state
        self._keeper = offline_keeper(ground, self.state)
        self._writer: Writer | None = None

    def cleaner(self, opened: OpenStore, rules: Rules) -> Cleaner:
        return Cleaner(
            premises_of(opened),
            rules,
            state=lambda: self.state,
            append=self._append,
            settle=self._settle,
            now=self._ground.clock.wall,
        )

    def _append(self, kind: str, subject: str, body: dict[str, Any]) -> object:
        if self._writer is None:
            journal, name = self._ground.folder / "journal", self.state.name
            ground = self._ground
            self._writer = requests.pen(name, journal, ground.marks, self.state, requests.Still(), ground.sealing)
        return self._writer.append(kind, subject, body)

    def _settle(self) -> None:
        if self._writer is None:
            return
        for segment, _, _ in self._writer.committed():
            segment.seal()
            self._into_store(read.read_segment(segment.path))
        self._keeper.take()
        self._ground.store.events.sync()

    def _into_store(self, segment: read.SegmentData) -> None:
        if segment.opening is not None:
            rows = [stored(segment.writer, found) for found in segment.frames]
            openings = {segment.writer: segment.opening}
            self._ground.store.events.write(Batch(openings=openings, rows=rows, orchestrator=self.state.name))
