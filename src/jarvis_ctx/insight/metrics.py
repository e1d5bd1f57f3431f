"""What is measured of a store and its run: sizes, growth, lag, losses, counts."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.insight import agents, captures, tasks
from jarvis_ctx.insight.checkup import growth
from jarvis_ctx.insight.status import life
from jarvis_ctx.insight.view import View
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.predecessor import Predecessor


def metrics(view: View) -> dict[str, Any]:
    """What docs/api.md has under `metrics`: bytes, seconds, counts; None is not known. Looks at every file's size."""
    state, pulse, kept = view.state(), view.pulse(), view.checkpoints()
    before = Predecessor.of(view.folder, view.name)
    everyone = agents.everyone(view, state)
    last = pulse.checkpoint or next(iter(kept), None)
    report = reports.latest(view.folder, view.name, view.seals)  # As it is: nothing of it is shown but a number.
    grows = growth.per_day(view.folder, view.now() / MICROSECONDS)
    recovered = state.recoveries_forgotten + sum(run.id != run.chain for run in state.runs.values())
    runs = state.runs_forgotten + len(state.runs)
    return {
        "orchestrator": view.name,
        "state": life(pulse, before.latest(state), before),
        "operations": sum(state.position.values()),
        "snapshots": len(kept),
        "checkpoints_taken": pulse.checkpoints_taken,
        "dedup_hits": pulse.dedup_hits,
        "last_checkpoint": iso(last.taken) if last else None,
        "last_checkpoint_bytes": last.size if last else None,
        "last_checkpoint_seconds": pulse.checkpoint_seconds,
        "storage_bytes": growth.size(view.folder),
        "database_bytes": _database(view),
        "growth_bytes_a_day": round(grows) if grows is not None else None,
        "drain_lag": _behind(pulse.appended, pulse.drained),
        "sync_lag": _behind(pulse.appended, pulse.synced),
        "capture_errors": captures.not_captured(pulse, state.latest_run)[0],
        "events_lost": report.lost if report else 0,
        "runs": runs,
        "recoveries": recovered,
        "restarts": max(0, runs - 1),
        "tasks": tasks.counts(state),
        "agents": agents.counts(everyone),
    }


def _database(view: View) -> int | None:
    try:
        found = view.queries.facts().get("bytes")
    except StoreUnavailable:
        return None
    return int(found) if found is not None else None


def _behind(ahead: int | None, behind: int | None) -> int | None:
    return max(0, ahead - behind) if ahead is not None and behind is not None else None
