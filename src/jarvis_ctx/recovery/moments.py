"""The state at an earlier moment: the newest checkpoint before it, and the events up to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.errors import CorruptData, UnknownMoment, did_you_mean
from jarvis_ctx.journal import fold
from jarvis_ctx.model.checkpoint import CheckpointHeader
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
    `CorruptData` where neither checkpoint nor events of it are left.
    """
    if asked == NOW:
        return Moment(asked=asked, means=NOW, state=now)
    headers = known(layers)
    header = next((h for h in headers if asked in (h.label, h.id)), None)
    if header is not None:
        what = f"recovery point {header.label!r}" if header.label else f"checkpoint {header.id}"
        state = _at_position(layers, header.position, what)
        return Moment(asked=header.label or asked, means=f"{what} of {iso(header.taken)}", state=state)
    run = now.runs.get(asked)
    if run is not None:
        return _left_by(layers, run, now)
    time = _time(asked)
    if time is None:
        named = [h.label for h in headers if h.label]
        raise UnknownMoment(moment=asked, orchestrator=layers.orchestrator, hint=did_you_mean(asked, named))
    return Moment(asked=asked, means=iso(time), state=_at_time(layers, time))


def known(layers: Layers) -> list[CheckpointHeader]:
    """What the checkpoints in database and files say of themselves, unverified, each once, latest first."""
    found = {c.header.id: c.header for c in _candidates(layers) if c.header is not None}
    return sorted(found.values(), key=lambda header: (header.epoch, header.taken), reverse=True)


def _candidates(layers: Layers) -> list[Candidate]:
    return bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, [])


def _left_by(layers: Layers, run: RunRecord, now: State) -> Moment:
    """A run's moment: the last one before its successor began."""
    later = [other.started for other in now.runs.values() if other.epoch > run.epoch]
    state = _at_time(layers, min(later) - 1) if later else now
    return Moment(asked=run.id, means=f"run {run.id} as it was left", state=state)


def _at_position(layers: Layers, position: dict[str, int], what: str) -> State:
    """The state that had read exactly `position`. Raises `CorruptData` when events of it are gone."""

    def within(other: dict[str, int]) -> bool:
        return all(number <= position.get(writer, 0) for writer, number in other.items())

    state, lost = _fold(
        layers,
        lambda header: within(header.position),
        lambda event: event.number <= position.get(event.writer, 0),
        position,
    )
    if any(first <= position.get(writer, 0) for writer, ranges in lost.items() for first, _ in ranges):
        raise CorruptData(what=what, reason="no copy of it verifies, and events before it are gone")
    return state


def _at_time(layers: Layers, time: int) -> State:
    """The state of what was said up to a time in µs."""
    return _fold(layers, lambda header: header.stamp[0] <= time, lambda event: event.time <= time, None)[0]


def _fold(
    layers: Layers,
    before: Callable[[CheckpointHeader], bool],
    wanted: Callable[[Event], bool],
    position: dict[str, int] | None,
) -> tuple[State, dict[str, list[tuple[int, int]]]]:
    """Fold the events that are wanted into the newest base before them; with what is known to be lost after it."""
    candidates = [c for c in _candidates(layers) if c.header is not None and before(c.header)]
    base = bases.choose(layers.orchestrator, layers.history, candidates, [])
    if base.state.position == position and not base.state.late:
        return base.state, {}
    gathered = events_of(layers, base.state.position)
    state = fold.fold(base.state, list(filter(wanted, gathered.events)))
    if state.late and base.layer != "events":
        anew = events_of(layers, {})
        if not anew.lost:  # Else the base has what is gone.
            return fold.fold(fold.empty(layers.orchestrator, layers.history), list(filter(wanted, anew.events))), {}
    return state, gathered.lost


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
