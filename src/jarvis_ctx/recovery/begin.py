"""The beginning of a run: take the epoch, rebuild the state, find out about a death, act on it, report."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.disk.files import move_aside
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import claim_epoch
from jarvis_ctx.journal.read import segment_paths
from jarvis_ctx.journal.segment import new_writer, opening_of
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.event import PROJECTED_KINDS
from jarvis_ctx.model.ids import run_id
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import choice, reports
from jarvis_ctx.recovery import plan as planning
from jarvis_ctx.recovery.ground import Ground
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.recovery.rebuild import Rebuilt, rebuild

log = logging.getLogger("jarvis_ctx")

KEPT = ("max_attempts", "stale_after", "stuck_after", "sync_interval")
"""The settings that outlive a run: its recovery and those who look at it go by them."""

UNTOLD = "Whatever the run with the missing journal told is lost."
"""How many events that were, nobody knows."""


class Begun(msgspec.Struct, kw_only=True):
    """A run that has begun."""

    run: RunRecord
    journal: Journal
    rebuilt: Rebuilt
    leases: list[Lease]
    plan: Plan | None
    """What followed from the death of the last run; None after a clean end."""


def begin(ground: Ground) -> Begun:
    """Begin a run. Killed anywhere in between, the next begin does the same again."""
    name, began = ground.settings.name, ground.clock.steady()
    epoch = 1 + greatest_epoch(ground)
    claim_epoch(ground.marks, name, epoch)
    rebuilt = rebuild(ground.layers, ground.clock.steady)
    before = ground.predecessor
    missing = before.missing(rebuilt.state)
    rotten = [*rebuilt.damaged, *choice.damaged(ground.folder, name)]
    rebuilt.gathered.damaged[:0] = ground.damage + before.damage + missing + [_moved_aside(path) for path in rotten]
    dead = before.dead(rebuilt.state)
    if dead is None:  # No report will tell.
        for sentence in rebuilt.gathered.damaged:
            log.warning("%s", sentence)
    run = _new_run(ground, epoch, dead)
    leases = _leases(ground)
    plan = _plan(ground, rebuilt, dead, run, leases, missing) if dead is not None else None
    fences = _fences(ground, rebuilt)  # Before our own pen has a mark, which it must not be fenced by.
    journal = journal_of(ground, run, rebuilt)
    journal.writer.dirty.update(_behind(rebuilt))
    try:
        journal.append("RunStarted", run.id, {**_started(run), "fences": fences})
        ground.runfile.write(run)  # Only now, so that a run it names has events, unless they were taken away.
        if plan is not None:
            act(plan, journal, ground, ground.clock.steady() - began)
    except BaseException:
        # Whatever stopped the beginning goes on to the caller; the next one finds what was appended, and no open file.
        journal.let_go()
        raise
    return Begun(run=run, journal=journal, rebuilt=rebuilt, leases=leases, plan=plan)


def _plan(
    ground: Ground, rebuilt: Rebuilt, dead: RunRecord, run: RunRecord, leases: list[Lease], missing: list[str]
) -> Plan:
    """What follows from the death of `dead`; from here on, its recovery counts as begun."""
    tries = ground.marker.set(run.name, dead.id)
    cause = ground.predecessor.cause(dead, rebuilt.state)
    plan = planning.make(rebuilt, dead, run, cause, leases, Policy.of(ground.settings), tries)
    report = plan.report
    if missing:
        report = replace(report, possibly_lost=f"{report.possibly_lost} {UNTOLD}".lstrip())
    return replace(plan, report=Redaction(ground.settings.secret_names)(report))


def _fences(ground: Ground, rebuilt: Rebuilt) -> dict[str, int]:
    """The last number that stands of each writer of whom anything is known.

    Of one that was set aside as a whole not even a mark may be left.
    """
    marked = {mark.writer for mark in ground.marks.writers() if mark.orchestrator == ground.settings.name}
    return dict.fromkeys(marked | rebuilt.gathered.lost.keys(), 0) | rebuilt.state.position


def _behind(rebuilt: Rebuilt) -> Iterable[str]:
    """The tasks whose rows in the store may be older than the state: those of the events after a checkpoint of the
    store's own, which it was given after everything before; else all of them.
    """
    if rebuilt.base == "database":
        return {event.subject for event in rebuilt.gathered.events if event.kind in PROJECTED_KINDS}
    return rebuilt.state.tasks.keys() | rebuilt.state.steps.keys()


def _moved_aside(path: Path) -> str:
    return f"{path.name} did not verify. It was moved to {move_aside(path, 'damaged').name}."


def act(plan: Plan, journal: Journal, ground: Ground, seconds: float) -> None:
    """Do what the plan says; done twice, the second time changes nothing."""
    for event in plan.events:
        journal.append(event.kind, event.subject, event.body)
    plan.report.seconds["total"] = round(seconds, 6)
    path = reports.write(ground.folder, plan.report, ground.seals)
    body = {"report": path.name, "recovered": plan.report.recovered_run, "lost": plan.report.lost}
    journal.append("RunRecovered", plan.report.run, body)
    ground.faults.clear()
    ground.marker.clear(ground.settings.name)


def greatest_epoch(ground: Ground) -> int:
    """The greatest epoch that marks, run file, segments, checkpoints or database know."""
    name = ground.settings.name
    recorded = ground.runfile.read()
    known = [ground.marks.epoch(name), recorded.epoch if recorded else 0]
    known += [int(writer[:8], 16) for writer in segment_paths(ground.folder / "journal")]
    known += [header.epoch for _, header in ground.files.headers()]
    try:
        known.append(ground.store.events.epochs().get(name, 0))
    except StoreUnavailable:
        pass  # Segments and checkpoints know it, too; that the database failed is in the report's layers.
    return max(known)


def _new_run(ground: Ground, epoch: int, dead: RunRecord | None) -> RunRecord:
    id = run_id(ground.settings.name, epoch, os.urandom(3))
    return RunRecord(
        id=id,
        name=ground.settings.name,
        epoch=epoch,
        writer=new_writer(epoch),
        process=identity.this_process(),
        started=ground.clock.wall(),
        chain=dead.chain if dead is not None else id,
        resume=ground.settings.resume,
        policy={name: getattr(ground.settings, name) for name in KEPT},
        durability=ground.settings.durability,
    )


def _started(run: RunRecord) -> dict[str, object]:
    process = msgspec.to_builtins(run.process)
    return {
        "epoch": run.epoch,
        "process": process,
        "chain": run.chain,
        "resume": run.resume,
        "policy": run.policy,
        "durability": run.durability,
    }


def _leases(ground: Ground) -> list[Lease]:
    try:
        return ground.store.leases.all(ground.settings.name)
    except StoreUnavailable:
        return []  # Agents' events tell of them, too; that the database failed is in the report's layers.


def journal_of(ground: Ground, run: RunRecord, rebuilt: Rebuilt, *, drains: bool = True) -> Journal:
    """The journal with the pen of `run`'s writer, after what was rebuilt."""
    chosen = ground.settings
    return Journal(
        folder=ground.folder / "journal",
        marks=ground.marks,
        opening=opening_of(run.name, run.writer, run.id, run.epoch),
        state=rebuilt.state,
        store=ground.store.events,
        clock=ground.clock,
        segment_bytes=chosen.segment_bytes,
        value_bytes=chosen.max_value_bytes,
        mapped=ground.mapped,
        durability=chosen.durability,
        store_timeout=chosen.store_timeout,
        backlog_bytes=chosen.backlog_bytes,
        backlog_wait=chosen.backlog_wait,
        sync_interval=chosen.sync_interval,
        drain_interval=chosen.drain_interval,
        sealing=ground.sealing,
        drains=drains,
    )
