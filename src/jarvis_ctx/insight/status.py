"""Health at a glance, as plain data."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.insight import agents, captures, resources, tasks
from jarvis_ctx.insight.view import Pulse, View
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.healings import healings, sentence
from jarvis_ctx.recovery.predecessor import Predecessor


def status(view: View, most: int | None = None) -> dict[str, Any]:
    """What docs/cli.md documents under `jarvis-ctx status`; times are ISO 8601 in UTC, durations in seconds."""
    state, pulse = view.state(), view.pulse()
    everyone = agents.everyone(view, state)
    before = Predecessor.of(view.folder, view.name)
    run = before.latest(state)
    lives = life(pulse, run, before)
    run = explained(run, lives, before, state) if run is not None else None
    return {
        "orchestrator": view.name,
        "path": str(view.folder),
        "state": lives,
        "pid": pulse.live_pid,
        "run": run_line(run),
        "last_end": run_line(_last_ended(state, run, pulse, before)),
        "last_event": iso(state.stamp[0]) if state.stamp[0] else None,
        "events": sum(state.position.values()),
        "tasks": {"total": len(state.tasks), **tasks.counts(state)},
        "incomplete": tasks.incomplete(state, most),
        "steps_in_doubt": _in_doubt(state, run.id if run is not None and pulse.live_pid is not None else ""),
        "steps_never_asked": tasks.never_asked(state)[:most],
        "agents": {"total": len(everyone), **agents.counts(everyone)},
        "stale_agents": [agent["id"] for agent in everyone if agent["health"] == "stale"],
        "objects": object_lines(state),
        "stuck_agents": [agent["id"] for agent in everyone if agent["health"] == "stuck"],
        "checkpoint": _checkpoint(view, state, pulse),
        "lag": _lag(pulse),
        "api": pulse.api,
        "capture_errors": dict(zip(("count", "last"), captures.not_captured(pulse, state.latest_run), strict=True)),
        "unkept_steps": pulse.unkept_steps,
        "unread": list(pulse.unread),
        "writers_refused": pulse.writers_refused,
        "recovery": _recovery(view),
        "healed": _healed(state, run),
        **resources.glance(view),
        "damaged": list(pulse.damaged),
    }


def glance(view: View) -> dict[str, Any]:
    """What is cheap to know however many tasks there are; as in `status`, but `tasks` is their number alone."""
    state, pulse, before = view.state(), view.pulse(), Predecessor.of(view.folder, view.name)
    run = before.latest(state)
    lives = life(pulse, run, before)
    return {
        "state": lives,
        "run": run_line(run),
        "last_event": iso(state.stamp[0]) if state.stamp[0] else None,
        "events": sum(state.position.values()),
        "tasks": len(state.tasks),
        "watched": resources.watched(view) if lives == "empty" else None,
    }


def life(pulse: Pulse, run: RunRecord | None, before: Predecessor) -> str:
    """`live`, `ended` (cleanly), `dead` (the next start recovers) or `empty` (it has never run)."""
    if pulse.live_pid is not None:
        return "live"
    if run is None:
        return "empty"
    return "dead" if before.died(run) else "ended"


def explained(run: RunRecord, lives: str, before: Predecessor, state: State) -> RunRecord:
    """A run, and if it is dead its cause: what its recovery said, else what the next start would find."""
    if lives != "dead" or run.cause:
        return run
    found = before.cause(run, state)
    if run.ending is not None and found.cause == "killed":
        return run  # It said itself how it ended, and the exception is too long ago to be known.
    return replace(run, cause=msgspec.structs.asdict(found))


def past(run: RunRecord) -> str:
    """`ended` (cleanly) or `dead`, of a run before the latest."""
    return "ended" if run.clean else "dead"


def _last_ended(state: State, run: RunRecord | None, pulse: Pulse, before: Predecessor) -> RunRecord | None:
    if run is None or pulse.live_pid is None:
        return run
    earlier = [known for known in state.runs.values() if known.epoch < run.epoch]
    last = max(earlier, key=lambda known: known.epoch, default=None)
    return explained(last, past(last), before, state) if last is not None and last.ended is not None else last


def run_line(run: RunRecord | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "id": run.id,
        "epoch": run.epoch,
        "pid": run.process.pid,
        "host": run.process.host,
        "started": iso(run.started),
        "ended": iso(run.ended) if run.ended is not None else None,
        "ending": run.ending,
        "clean": run.clean,
        "cause": run.cause.get("cause"),
        "sentence": run.cause.get("sentence", ""),
        "resume": run.resume,
    }


def _in_doubt(state: State, running: str) -> int:
    steps = (step for steps in state.steps.values() for step in steps.values())
    return sum(step.status == "started" and step.run != running for step in steps)


def object_lines(state: State) -> list[dict[str, Any]]:
    """What is kept of the orchestrator's objects since the last clean end."""
    chain = state.runs_of(state.chain)
    return [
        {
            "id": kept.id,
            "run": kept.run,
            "captured": iso(kept.captured) if kept.captured else None,
            "fields": [name for name, _, _ in kept.fields],
            "not_kept": dict(kept.lost),
            "failed": kept.failed,
            "restored": kept.restored,
        }
        for kept in state.objects.values()
        if kept.run in chain
    ]


def _checkpoint(view: View, state: State, pulse: Pulse) -> dict[str, Any] | None:
    header = pulse.checkpoint or next(iter(view.checkpoints()), None)
    if header is None:
        return {"error": pulse.checkpoint_error} if pulse.checkpoint_error else None
    return {
        "id": header.id,
        "taken": iso(header.taken),
        "age": round(max(0, view.now() - header.taken) / MICROSECONDS, 3),
        "seconds": pulse.checkpoint_seconds,
        "bytes": header.size,
        "tasks": header.tasks,
        "agents": header.agents,
        "label": header.label,
        "events_since": sum(max(0, n - header.position.get(w, 0)) for w, n in state.position.items()),
        "error": pulse.checkpoint_error,
    }


def _lag(pulse: Pulse) -> dict[str, Any]:
    return {
        "appended": pulse.appended,
        "synced": pulse.synced,
        "drained": pulse.drained,
        "not_synced": _behind(pulse.appended, pulse.synced),
        "not_drained": _behind(pulse.appended, pulse.drained),
        "drain_error": pulse.drain_error,
        "sync_error": pulse.sync_error,
        "backlog_waits": pulse.backlog_waits,
        "backlog_seconds": round(pulse.backlog_seconds, 3),
    }


def _healed(state: State, run: RunRecord | None) -> list[dict[str, Any]]:
    found = healings(state, run.id) if run is not None else []
    return [{**healed.body(), "at": iso(healed.at), "sentence": sentence(healed)} for healed in found]


def _behind(ahead: int | None, behind: int | None) -> int | None:
    return max(0, ahead - behind) if ahead is not None and behind is not None else None


def _recovery(view: View) -> dict[str, Any]:
    marked = CrashMarker(view.folder).of(view.name)
    return {"pending": marked is not None, "begun": marked.begun if marked else 0, "run": marked.run if marked else ""}
