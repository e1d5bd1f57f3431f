"""Which threads and sessions a cleanup drops, and which events of what was dropped may leave the disk."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jarvis_ctx.clock import DAY, HOUR
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs import history, reach, standing, thinning
from jarvis_ctx.graphs.ports import Place
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.spent import Spent, places_of, spent
from jarvis_ctx.graphs.spent_items import spent_items
from jarvis_ctx.graphs.subjects import subject
from jarvis_ctx.graphs.waiting import waits
from jarvis_ctx.model.state import State
from jarvis_ctx.retention.rules import Rules

log = logging.getLogger("jarvis_ctx")

READ_BY_NOW = HOUR
"""What was dropped so long ago (µs) nobody is in the middle of reading."""


class Drop(NamedTuple):
    """An event that drops something."""

    kind: str
    subject: str
    body: dict[str, Any]


def drops(source: Source, rules: Rules, state: State, now: int) -> Iterator[Drop]:
    """What these rules drop of all threads and sessions at the time `now` (µs); nothing of one that is at work.

    One after the other, each to be told before the next is looked at; what is told meanwhile of a thread stays.
    """
    busy, idle_since = at_work(state), now - rules.thread_days * DAY if rules.thread_days else 0
    for thread in standing.threads(source) if rules.thread_days or rules.thread_checkpoints_kept else ():
        if thread in busy:
            continue
        try:
            found = _of_thread(source, thread, rules, idle_since)
        except CorruptData as error:
            log.warning("Nothing of thread %r is dropped, because it cannot be read: %s", thread, error)
            continue
        yield from found
    for about in history.sessions(source) if rules.thread_days else ():
        if (session := history.session_of(about)) in busy:
            continue
        places = source.about(about)
        try:
            idle = _is_idle(source, places, history.CLEARED, idle_since)
        except CorruptData as error:
            log.warning("Nothing of session %r is dropped, because it cannot be read: %s", session, error)
            continue
        if idle:
            yield Drop(history.CLEARED, about, reach.told_until(places))


def counts(dropped: Iterable[Drop]) -> dict[str, int]:
    """How many whole threads and sessions these are, and how many single checkpoints, as `Cleanup` names them."""
    found = Counter("graph_checkpoints" if drop.kind == standing.DROPPED else "threads" for drop in dropped)
    return {name: found[name] for name in ("threads", "graph_checkpoints")}


def spent_events(source: Source, now: int, horizon: int) -> Spent:
    """The events of threads and sessions that may leave the disk at the time `now`. `horizon` is retention's (µs)."""
    found: Spent = {}
    for each in _spent(source, now - READ_BY_NOW, min(horizon, now - READ_BY_NOW)):
        found |= each
    return found


def at_work(state: State) -> set[str]:
    """The threads and sessions of tasks that have not ended: as adapters note them in a task's metadata."""
    noted = (note for task in state.tasks.values() if not task.may_retire for note in task.metadata.values())
    return {str(note[key]) for note in noted if isinstance(note, dict) for key in ("thread", "session") if key in note}


def _spent(source: Source, dropped_by: int, fences_by: int) -> Iterator[Spent]:
    for thread in standing.threads(source):
        try:
            yield spent(source, places_of(source, thread), dropped_by, fences_by)
        except CorruptData as error:
            log.warning("Nothing of thread %r is freed, because what stands of it cannot be read: %s", thread, error)
    for about in history.sessions(source):
        try:
            yield spent_items(source, source.about(about), dropped_by, fences_by)
        except CorruptData as error:
            session = history.session_of(about)
            log.warning("Nothing of session %r is freed, because what cleared it cannot be read: %s", session, error)


def _of_thread(source: Source, thread: str, rules: Rules, idle_since: int) -> list[Drop]:
    places = places_of(source, thread)
    if _is_idle(source, places, standing.THREAD, idle_since) and not waits(source, thread):
        return [Drop(standing.THREAD, subject(thread), reach.told_until(places))]
    if not rules.thread_checkpoints_kept:
        return []
    surplus = thinning.surplus(Reader(source), standing.of_thread(source, thread), rules.thread_checkpoints_kept)
    return [Drop(standing.DROPPED, place.put.subject, {}) for place in surplus]


def _is_idle(source: Source, places: list[Place], end: str, since: int) -> bool:
    """Whether nothing was told since then of a thread that is not dropped already."""
    if any(place.time >= since for place in places):
        return False
    dropped = max((reach.verified(source, place) for place in places if place.kind == end), default=0)
    return any(place.time > dropped for place in places if place.kind != end)
