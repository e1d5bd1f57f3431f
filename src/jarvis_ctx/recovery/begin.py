"""The beginning of a run: take the epoch, rebuild the state, find out about a death, act on it, report."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.clock import Clock
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import Seals
from jarvis_ctx.codec.sign import Key
from jarvis_ctx.disk.files import move_aside
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import Marks, claim_epoch
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.read import segment_paths
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.segment import new_writer, opening_of
from jarvis_ctx.liveness import identity
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.ports import LeaseStore
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.event import PROJECTED_KINDS
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import choice, reports
from jarvis_ctx.recovery import plan as planning
from jarvis_ctx.recovery.plan import Plan, Policy
from jarvis_ctx.recovery.predecessor import Predecessor
from jarvis_ctx.recovery.rebuild import Layers, Rebuilt, rebuild
from jarvis_ctx.settings import Settings

KEPT = ("max_attempts", "stale_after", "stuck_after", "sync_interval")
"""The settings that outlive a run: its recovery and those who look at it go by them."""

UNTOLD = "Whatever the run with the missing journal told is lost."
"""How many events that were, nobody knows."""


class Store(Protocol):
    """A store's ports, as an engine offers them."""

    @property
    def events(self) -> EventStore: ...

    @property
    def checkpoints(self) -> CheckpointStore: ...

    @property
    def leases(self) -> LeaseStore: ...


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What is open before a run begins; the run lock is held."""

    folder: Path
    settings: Settings
    clock: Clock
    store: Store
    marks: Marks
    mapped: bool
    files: CheckpointFiles
    runfile: RunFile
    marker: CrashMarker
    faults: FaultDump
    key: Key
    """Signs what is pickled."""
    damage: list[str] = []
    """What was found damaged, and moved aside, while opening."""
    seals: Seals | None = None
    sealing: Sealing | None = None
    """What seals, and what it does to events; None where nothing is sealed."""

    @property
    def layers(self) -> Layers:
        return Layers(
            journal=self.folder / "journal",
            orchestrator=self.settings.name,
            history=self.settings.history_size,
            events=self.store.events,
            checkpoints=self.store.checkpoints,
            files=self.files,
            marks=list(self.marks.writers()),
            chosen=choice.read(self.folder, self.settings.name),
            sealing=self.sealing,
            cut_off=self.runfile.cut_off,
        )

    @property
    def predecessor(self) -> Predecessor:
        return Predecessor(name=self.settings.name, runfile=self.runfile, marker=self.marker, faults=self.faults)


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
    rebuilt.gathered.damaged[:0] = ground.damage + missing + [_moved_aside(path) for path in rebuilt.damaged]
    dead = before.dead(rebuilt.state)
    run = _new_run(ground, epoch, dead)
    leases = _leases(ground)
    plan = None
    if dead is not None:
        tries = ground.marker.set(name, dead.id)
        cause = before.cause(dead, rebuilt.state)
        plan = planning.make(rebuilt, dead, run, cause, leases, Policy.of(ground.settings), tries)
        if missing:
            lost = f"{plan.report.possibly_lost} {UNTOLD}".lstrip()
            plan = replace(plan, report=replace(plan.report, possibly_lost=lost))
        plan = replace(plan, report=Redaction(ground.settings.secret_names)(plan.report))
    # All writers of whom anything is known: of one that was set aside as a whole not even a mark may be left.
    known = {mark.writer for mark in ground.marks.writers() if mark.orchestrator == name} | rebuilt.gathered.lost.keys()
    fences = dict.fromkeys(known, 0) | rebuilt.state.position
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
    """The greatest epoch that marks, run.json, segments, checkpoints or database know."""
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
    id = RunId(f"{ground.settings.name}.{epoch}.{os.urandom(3).hex()}")
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
    )


def _started(run: RunRecord) -> dict[str, object]:
    process = msgspec.to_builtins(run.process)
    return {
        "epoch": run.epoch,
        "process": process,
        "chain": run.chain,
        "resume": run.resume,
        "policy": run.policy,
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
