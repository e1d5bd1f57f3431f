"""The state rebuilt: the newest base that verifies, and every event after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.cleaned import cleaned
from jarvis_ctx.journal.cut_off import set_aside
from jarvis_ctx.journal.gather import Gathered, gather
from jarvis_ctx.journal.marks import WriterMark
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.report import LayerTried
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import bases
from jarvis_ctx.recovery.preference import Choice, preferred


class Layers(msgspec.Struct, frozen=True, kw_only=True):
    """Where a state can come from; a store is None while it cannot be used."""

    journal: Path
    orchestrator: str
    history: int
    events: EventStore | None
    checkpoints: CheckpointStore | None
    files: CheckpointFiles
    marks: list[WriterMark]
    chosen: Choice | None = None
    """The base that was chosen by hand."""
    sealing: Sealing | None = None
    """Opens the bodies of events that are sealed."""
    cut_off: int = 0
    """The epoch of the latest run where the machine was restarted since it began, or 0."""


class Rebuilt(msgspec.Struct, kw_only=True):
    """The state, and how it came about."""

    state: State
    base: str
    gathered: Gathered
    tried: list[LayerTried]
    seconds: dict[str, float]
    damaged: list[Path] = []
    """Checkpoint files that did not verify."""
    cut_off: int = 0
    """The epoch of the latest run where the machine was restarted since it began, which need not be the run to recover
    from; or 0.
    """


def rebuild(layers: Layers, steady: Callable[[], float]) -> Rebuilt:
    """Rebuild the state of one orchestrator from what is left. Reads only; the same layers give the same state."""
    tried: list[LayerTried] = []
    began = steady()
    candidates = bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, tried)
    candidates = preferred(candidates, layers.chosen, layers.files, tried)
    base = bases.choose(layers.orchestrator, layers.history, candidates, tried)
    loaded = steady()
    gathered = events_of(layers, base.state.position)
    read = steady()
    state = fold.fold(base.state, cleaned(gathered, base.state))
    anew = events_of(layers, {}) if state.late and base.layer != "events" and not state.cut.position else None
    if anew is not None and not anew.lost:
        reason = f"{sum(state.late.values())} earlier events reached the store after it; all events were folded anew"
        tried[-1] = msgspec.structs.replace(tried[-1], verdict=reason)
        gathered, state = anew, fold.fold(fold.empty(layers.orchestrator, layers.history), anew.events)
    else:  # Where events are gone that the base has, a state that a few reached late is the better one.
        tried[-1] = msgspec.structs.replace(tried[-1], events_behind=len(gathered.events))
    seconds = {"base": loaded - began, "read": read - loaded, "fold": steady() - read}
    return Rebuilt(
        state=state,
        base=base.layer,
        gathered=gathered,
        tried=tried,
        seconds=seconds,
        damaged=base.damaged,
        cut_off=layers.cut_off,
    )


def events_of(layers: Layers, after: dict[str, int], *, whole: bool = True) -> Gathered:
    """Everything that is left of the events after a position; `whole` as of `gather`."""
    values = Values(layers.journal, sealing=layers.sealing)
    gathered = gather(layers.journal, layers.orchestrator, after, layers.events, layers.marks, values, whole=whole)
    set_aside(gathered, after, layers.marks, layers.cut_off)
    return gathered
