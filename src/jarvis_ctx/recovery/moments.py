"""The state at an earlier moment: the newest checkpoint before it, and the events up to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.errors import CorruptData, UnknownMoment, did_you_mean
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import bases
from jarvis_ctx.recovery.bases import Candidate
from jarvis_ctx.recovery.rebuild import Layers, events_of

NOW = "now"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A moment that was asked for, with the state as it then was."""

    asked: str
    """What it is called: the label of a point that was named by its id."""
    means: str
    """What it is, for people: `recovery point 'noon'`."""
    state: State


def find(layers: Layers, asked: str, now: State) -> Moment:
    """The moment that `asked` names: `now`, a point's label or id, a run's id (as it was left), or an ISO 8601 time.

    Among points of one label the latest is meant; a time without a zone is UTC. Raises `UnknownMoment`, and
    `CorruptData` where neither a checkpoint nor all events of it are left.
    """
    if asked == NOW:
        return Moment(asked=asked, means=NOW, state=now)
    headers = known(layers)
    header = next((h for h in headers if asked in (h.label, h.id)), None)
    if header is not None:
        what = f"recovery point {header.label!r}" if header.label else f"checkpoint {header.id}"
        state = _at_position(layers, header.position, now.cut, what)
        return Moment(asked=header.label or asked, means=f"{what} of {iso(header.taken)}", state=state)
    run = now.runs.get(asked)
    if run is not None:
        return _left_by(layers, run, now)
    time = _time(asked)
    if time is None:
        named = [h.label for h in headers if h.label]
        raise UnknownMoment(moment=asked, orchestrator=layers.orchestrator, hint=did_you_mean(asked, named))
    return Moment(asked=asked, means=iso(time), state=_at_time(layers, time, now.cut))


def known(layers: Layers) -> list[CheckpointHeader]:
    """What the checkpoints in database and files say of themselves, each once, latest first."""
    found = {c.header.id: c.header for c in _candidates(layers) if c.header is not None}
    return sorted(found.values(), key=lambda header: (header.epoch, header.taken), reverse=True)


def _candidates(layers: Layers) -> list[Candidate]:
    return bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, [])


def _left_by(layers: Layers, run: RunRecord, now: State) -> Moment:
    """A run's moment: the last one before its successor began."""
    later = [other.started for other in now.runs.values() if other.epoch > run.epoch]
    state = _at_time(layers, min(later) - 1, now.cut) if later else now
    return Moment(asked=run.id, means=f"run {run.id} as it was left", state=state)


def _at_position(layers: Layers, position: dict[str, int], cut: Cut, what: str) -> State:
    """The state that had read exactly `position`."""

    def before(header: CheckpointHeader) -> bool:
        return _covers(position, header.position)

    return _fold(layers, before, lambda event: event.number <= position.get(event.writer, 0), position, cut, what)


def _at_time(layers: Layers, time: int, cut: Cut) -> State:
    """The state of what was said up to a time in µs."""
    return _fold(layers, lambda header: header.stamp[0] <= time, lambda event: event.time <= time, None, cut, iso(time))


def _covers(position: dict[str, int], other: dict[str, int]) -> bool:
    return all(number <= position.get(writer, 0) for writer, number in other.items())


def _fold(
    layers: Layers,
    before: Callable[[CheckpointHeader], bool],
    wanted: Callable[[Event], bool],
    position: dict[str, int] | None,
    cut: Cut,
    what: str,
) -> State:
    """Fold the events that are wanted into the newest base before them.

    Raises `CorruptData` when some that belong between the two were cleaned up, or are lost.
    """
    candidates = [c for c in _candidates(layers) if c.header is not None and before(c.header)]
    base = bases.choose(layers.orchestrator, layers.history, candidates, [])
    if base.state.position == position and not base.state.late:
        return base.state
    gathered = events_of(layers, base.state.position)
    found = list(filter(wanted, gathered.events))
    if _gone(gathered, cut, base.state.position, position or _reached(found)):
        raise CorruptData(what=f"The state of {what}", reason="no whole copy is left, and events before it are gone")
    state = fold.fold(base.state, found)
    if not state.late or base.layer == "events" or cut.position:
        return state
    anew = events_of(layers, {})
    if anew.lost:
        return state  # The base has what is gone, so what a few reached late is the better one.
    return fold.fold(fold.empty(layers.orchestrator, layers.history), list(filter(wanted, anew.events)))


def _reached(events: list[Event]) -> dict[str, int]:
    """The greatest number of each writer."""
    reached: dict[str, int] = {}
    for event in events:
        reached[event.writer] = max(event.number, reached.get(event.writer, 0))
    return reached


def _gone(gathered: Gathered, cut: Cut, base: dict[str, int], position: dict[str, int]) -> bool:
    """Whether events between a base and a position were cleaned up, or are lost."""
    cleaned = any(base.get(w, 0) < min(number, position.get(w, 0)) for w, number in cut.position.items())
    return cleaned or any(first <= position.get(w, 0) for w, ranges in gathered.lost.items() for first, _ in ranges)


def _time(asked: str) -> int | None:
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Times are shown to the millisecond, so one that was read off a screen means all of that millisecond.
    whole = round(moment.timestamp() * 1000) * 1000 if moment.microsecond % 1000 == 0 else None
    return whole + 999 if whole is not None else round(moment.timestamp() * MICROSECONDS)
