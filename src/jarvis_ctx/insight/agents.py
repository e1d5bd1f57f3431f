"""The agents and their health, judged by their last sign of life."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.insight.view import View
from jarvis_ctx.liveness.progress import is_stuck
from jarvis_ctx.liveness.work import last_work
from jarvis_ctx.model.agent import AgentRecord, Health, Lease
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord

HEALTHS: tuple[Health, ...] = ("alive", "stuck", "stale", "gone", "unseen", "ended")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of silence after which an agent is stale, and without progress after which one that beats is stuck."""

    stale_after: float
    stuck_after: float


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which agents, and how many of its tasks each names; None is any, and all."""

    health: Health | None = None
    tasks: int | None = None


def leases(view: View) -> list[Lease]:
    """The last beats; none while the store cannot be used: the agents' events tell of them, too."""
    try:
        return view.leases()
    except StoreUnavailable:
        return []


def everyone(view: View, state: State) -> list[dict[str, Any]]:
    """The agents as `lines` has them, judged now; of a program that does not run, as they were when it ended."""
    return lines(state, leases(view), view.now(), terms(view, state), running=view.pulse().live_pid is not None)


def lines(state: State, beats: list[Lease], now: int, terms: Terms, *, running: bool = True) -> list[dict[str, Any]]:
    """Every agent that was registered, has beaten, worked, or is named by a task, by id; `now` in µs.

    Where nobody runs, the last event or beat is the moment they are judged at, and who was alive then has `ended`.
    """
    moment = now if running else max(state.stamp[0], *(lease.beat for lease in beats), 0)
    worked = last_work(state)
    beaten = {str(lease.agent): lease for lease in beats}
    named = {task.agent for task in state.tasks.values() if task.agent}
    open_tasks = _open_tasks(state)
    found = []
    for id in sorted(state.agents.keys() | beaten.keys() | named | worked.keys()):
        record, lease = state.agents.get(id), beaten.get(id)
        seen, mine = last_sign(record, lease, worked.get(id)), open_tasks.get(id, [])
        judged = health(record, seen, moment, terms.stale_after)
        if judged == "alive" and is_stuck(record, lease, mine, moment, terms.stuck_after):
            judged = "stuck"
        if judged == "alive" and not running:
            judged = "ended"
        found.append(
            {
                "id": id,
                "health": judged,
                "status": record.status if record else "",
                "last_seen": iso(seen) if seen is not None else None,
                "silent_for": round(max(0, now - seen) / MICROSECONDS, 3) if seen is not None else None,
                "beats": lease.beats if lease else 0,
                "tasks": [str(task.id) for task in mine],
                "details": exact.from_tree({**(record.details if record else {}), **_beat_details(lease)}),
            }
        )
    return found


def page(everyone: list[dict[str, Any]], wanted: Wanted, limit: int, after: str | None) -> dict[str, Any]:
    """Of the lines of all agents those that are wanted; where their tasks are cut, `open` says how many there are."""
    found = [one for one in everyone if wanted.health in (None, one["health"]) and (after is None or one["id"] > after)]
    items = found[:limit]
    if wanted.tasks is not None:
        items = [{**one, "tasks": one["tasks"][: wanted.tasks], "open": len(one["tasks"])} for one in items]
    last = items[-1]["id"] if len(found) > len(items) else None
    return {"items": items, "last": last, "total": len(everyone), "counts": counts(everyone)}


def terms(view: View, state: State) -> Terms:
    """As the latest run was told, or else by these settings."""
    told = state.latest_run.policy if state.latest_run is not None else {}
    return Terms(
        stale_after=told.get("stale_after", view.stale_after), stuck_after=told.get("stuck_after", view.stuck_after)
    )


def health(record: AgentRecord | None, seen: int | None, now: int, stale_after: float) -> Health:
    """`gone` if it said so and has not come back; `unseen` without any sign of life; else by the silence since."""
    if record is not None and record.health == "gone" and (seen is None or seen <= record.changed):
        return "gone"
    if seen is None:
        return "unseen"
    return "stale" if now - seen > stale_after * MICROSECONDS else "alive"


def last_sign(record: AgentRecord | None, lease: Lease | None, worked: int | None) -> int | None:
    """When the agent last beat, worked or was reported on, µs; None when it never was."""
    signs = [lease.beat] if lease is not None else []
    if worked is not None:
        signs.append(worked)
    if record is not None and not _is_judgement(record):
        signs.append(record.updated[0])
    return max(signs, default=None)


def _is_judgement(record: AgentRecord) -> bool:
    """Whether the last event about it was the sidecar finding it silent, or its leaving: neither is a sign of life."""
    return record.health in ("stale", "gone") and record.updated[0] == record.changed


def _open_tasks(state: State) -> dict[str, list[TaskRecord]]:
    found: dict[str, list[TaskRecord]] = {}
    for task in state.tasks.values():
        if task.agent and not task.finished:
            found.setdefault(task.agent, []).append(task)
    return found


def _beat_details(lease: Lease | None) -> dict[str, Any]:
    return dict(lease.details) if lease is not None else {}


def counts(agents: list[dict[str, Any]]) -> dict[str, int]:
    """How many agents are in each health; those nobody is in are there with 0."""
    found = dict.fromkeys(map(str, HEALTHS), 0)
    for agent in agents:
        found[agent["health"]] += 1
    return found
