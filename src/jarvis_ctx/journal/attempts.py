"""What is kept of the attempts at a task: how each ended, and how many."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from jarvis_ctx.journal.shapes import text
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import Attempt

ATTEMPTS_KEPT = 100


def bounded(attempts: dict[str, Attempt]) -> dict[str, Attempt]:
    """A task called without end keeps its latest attempts, and no results: replaying some of them would mislead."""
    if len(attempts) <= ATTEMPTS_KEPT:
        return attempts
    latest = list(attempts.values())[-ATTEMPTS_KEPT:]
    reason = f"the task was called more than {ATTEMPTS_KEPT} times"
    return {a.key: replace(a, result=msgspec.UNSET, kept=False, lost=reason) for a in latest}


def of_this_chain(state: State, run: RunId, attempts: dict[str, Attempt]) -> dict[str, Attempt]:
    """The attempts before one of a run: those of earlier chains of runs leave the state, and the store keeps them.

    No call can ask for what they returned any more, and a task that each chain calls anew would carry them along for
    ever.
    """
    latest, present = next(reversed(attempts.values()), None), state.runs.get(run)
    if latest is None or latest.run == run or present is None:
        return attempts
    return {key: attempt for key, attempt in attempts.items() if state.chain_of(attempt.run) == present.chain}


def ended_by(attempt: Attempt, event: Event, outcome: str, worked: bool) -> Attempt:
    """The attempt with its end; `worked`: whether it returned and its task's status does not say otherwise."""
    body = event.body
    kept = outcome == "finished" and "result" in body and attempt.lost == ""
    completes = body.get("completes") is not False
    stands = worked and completes
    return replace(
        attempt,
        ended=event.time,
        outcome=outcome,
        result=body["result"] if kept else msgspec.UNSET,
        kept=kept,
        lost=text(body["lost"]) if "lost" in body else attempt.lost,
        completes=completes,
        stands=stands,
        call=msgspec.UNSET if stands or outcome == "failed" else attempt.call,
    )


def without_call(attempt: Attempt) -> Attempt:
    """Its arguments leave the state with the last reason to call it again; the events keep them."""
    return attempt if attempt.call is msgspec.UNSET else replace(attempt, call=msgspec.UNSET)
