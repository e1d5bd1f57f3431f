"""The runs as people ask for them: when each began, how it ended, what is known of why."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.insight.status import explained, life, past, run_line
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery.predecessor import Predecessor


def lines(view: View) -> list[dict[str, Any]]:
    """The runs that the state keeps, oldest first; `state` is `live`, `ended` (cleanly) or `dead`."""
    state = view.state()
    before = Predecessor.of(view.folder, view.name)
    latest = before.latest(state)
    now = life(view.pulse(), latest, before)
    known = dict(state.runs)
    if latest is not None:
        known[latest.id] = latest  # The run file knows of one whose first event was lost.
    ordered = sorted(known.values(), key=lambda run: run.epoch)
    lives = [now if latest is not None and run.id == latest.id else past(run) for run in ordered]
    return [_line(explained(run, so, before, state), so) for run, so in zip(ordered, lives, strict=True)]


def _line(run: RunRecord, state: str) -> dict[str, Any]:
    return {**(run_line(run) or {}), "state": state, "chain": run.chain, "told": dict(run.policy)}
