"""The plan: from what was found, what happened and what is to be done about it; pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from jarvis_ctx.capture.unfinished import Unfinished
from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.liveness.leases import stale_at
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.report import AgentLine, ObjectLine, RecoveryReport, StepLine, TaskFate, TaskLine
from jarvis_ctx.model.run import CauseOfDeath, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import Attempt, TaskRecord
from jarvis_ctx.recovery.carrying import carried
from jarvis_ctx.recovery.healings import healings, sentence
from jarvis_ctx.recovery.rebuild import Rebuilt
from jarvis_ctx.recovery.unfinished import unfinished_calls
from jarvis_ctx.settings import Settings

FAILED_RECOVERIES = 3
"""Recoveries that were begun and not completed, after which calls are changed no more."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings a recovery depends on."""

    resume: str
    max_attempts: int
    stale_after: float
    sync_interval: float

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """As chosen for an orchestrator."""
        return cls(
            resume=settings.resume,
            max_attempts=settings.max_attempts,
            stale_after=settings.stale_after,
            sync_interval=settings.sync_interval,
        )

    @classmethod
    def as_told(cls, run: RunRecord, settings: Settings) -> Policy:
        """As `run` was told, whose program may say more than can be seen from outside; `settings` say the rest."""
        told = {"stale_after": settings.stale_after, "sync_interval": settings.sync_interval} | run.policy
        return cls(
            resume=run.resume,
            max_attempts=int(run.policy.get("max_attempts", settings.max_attempts)),
            stale_after=told["stale_after"],
            sync_interval=told["sync_interval"],
        )


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """An event that recovery will append."""

    kind: str
    subject: str
    body: dict[str, Any]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to append, whom to run alone, whether calls may be skipped, and the report."""

    events: list[Planned]
    suspects: set[TaskId]
    skip: bool
    redispatch: list[Unfinished]
    """The calls that the sidecar is to make again; none unless asked to."""
    report: RecoveryReport


def make(
    rebuilt: Rebuilt,
    dead: RunRecord,
    run: RunRecord,
    cause: CauseOfDeath,
    leases: list[Lease],
    policy: Policy,
    tries: int,
) -> Plan:
    """The recovery of `dead` by `run`. Depends on its arguments alone, and changes none of them."""
    victims = _victims(rebuilt.state, dead, cause, policy)
    suspects = set() if cause.explained else victims.interrupted.keys() - victims.quarantined
    gave_up = tries > FAILED_RECOVERIES
    skip = policy.resume != "report" and not gave_up
    again = unfinished_calls(rebuilt.state, dead.chain, victims.quarantined)
    refused = f"{FAILED_RECOVERIES} recoveries in a row were not completed, so no call is changed" if gave_up else ""
    again = again if skip and policy.resume == "redispatch" else []
    report = _report(rebuilt, dead, run, cause, leases, policy, victims)
    tasks = carried(report.tasks, rebuilt.state, skip=skip, again=again)
    return Plan(
        events=_events(rebuilt.state, dead, cause, victims),
        suspects=suspects if skip else set(),
        skip=skip,
        redispatch=again,
        report=msgspec.structs.replace(report, tasks=tasks, resume_refused=refused, recoveries_begun=tries),
    )


class Victims(NamedTuple):
    """The tasks that were in flight: all, those the death counts against, and those not to be run again."""

    interrupted: dict[TaskId, TaskRecord]
    counted: set[TaskId]
    quarantined: set[TaskId]


def _victims(state: State, dead: RunRecord, cause: CauseOfDeath, policy: Policy) -> Victims:
    """The same however much of a plan for this death has been acted on already."""
    recovered = min((run.started for run in state.runs.values() if run.epoch > dead.epoch), default=None)
    cut_off = {task.id: _cut_off(task, dead, recovered) for task in state.tasks.values()}
    interrupted = {id: state.tasks[id] for id, attempts in cut_off.items() if attempts}
    alone = {id for id in interrupted if any(attempt.alone for attempt in cut_off[id]) and not cause.explained}
    counted = {id for id in alone if any(attempt.alone for attempt in interrupted[id].in_flight)}
    quarantined = {id for id in alone if interrupted[id].deaths_alone + (id in counted) >= policy.max_attempts}
    return Victims(interrupted, counted, quarantined)


def _cut_off(task: TaskRecord, dead: RunRecord, recovered: int | None) -> list[Attempt]:
    """The calls that the death cut off, those too of which a recovery that was itself cut off has said so.

    That began at `recovered`. Before it, only the death of a worker cuts a call off, which another may have taken up.
    """
    latest = {attempt.method: attempt for attempt in task.attempts.values()}

    def died_with_it(attempt: Attempt) -> bool:
        told = recovered is not None and (attempt.ended or 0) >= recovered
        return attempt.outcome == "died" and attempt.run == dead.id and (told or latest[attempt.method] is attempt)

    return [attempt for attempt in task.attempts.values() if attempt.outcome is None or died_with_it(attempt)]


def _events(state: State, dead: RunRecord, cause: CauseOfDeath, victims: Victims) -> list[Planned]:
    unended = [run for run in state.runs.values() if run.ended is None]
    events = [Planned(kind="RunDied", subject=run.id, body=_death(run, dead, cause, state)) for run in unended]
    for id, task in victims.interrupted.items():
        alone = next((attempt.key for attempt in task.in_flight if attempt.alone), None)
        for attempt in task.in_flight:
            counts = id in victims.counted and attempt.key == alone
            body = {"key": attempt.key, "run": attempt.run, "counts": counts}
            events.append(Planned(kind="TaskInterrupted", subject=id, body=body))
        if id in victims.quarantined and not task.quarantined:
            why = {"cause": cause.sentence, "deaths": task.deaths_alone + (id in victims.counted)}
            events.append(Planned(kind="TaskQuarantined", subject=id, body=why))
    return events


def _death(run: RunRecord, dead: RunRecord, cause: CauseOfDeath, state: State) -> dict[str, Any]:
    """What is recorded of a run's death; one that died while recovering from another's has its own entry."""
    if run.id != dead.id:
        sentence = f"It was ended while it recovered from the death of {dead.id}."
        cause = CauseOfDeath(cause="unknown", sentence=sentence)
    return {"at": state.stamp[0], "cause": msgspec.to_builtins(cause)}


def _report(
    rebuilt: Rebuilt,
    dead: RunRecord,
    run: RunRecord,
    cause: CauseOfDeath,
    leases: list[Lease],
    policy: Policy,
    victims: Victims,
) -> RecoveryReport:
    state = rebuilt.state
    last = iso(state.stamp[0]) if state.stamp[0] else iso(dead.started)
    not_captured = state.runs.get(dead.id, dead).not_captured  # Its record beside the journal does not know.
    return RecoveryReport(
        orchestrator=state.name,
        run=run.id,
        recovered_run=dead.id,
        epoch=run.epoch,
        created=iso(run.started),
        cause=cause,
        started=iso(dead.started),
        died_between=(last, iso(run.started)),
        last_event=last,
        events=sum(state.position.values()),
        events_lost=rebuilt.gathered.lost,
        possibly_lost=_possibly_lost(cause, rebuilt, policy),
        not_captured=not_captured[0],
        last_not_captured=not_captured[1],
        damage=rebuilt.gathered.damaged,
        healed=[sentence(healed) for healed in healings(state, dead.id)],
        layers=rebuilt.tried,
        sources=rebuilt.gathered.sources,
        resume=policy.resume,
        tasks=[_task_line(task, victims) for task in state.tasks.values()],
        steps_in_doubt=[
            _step_line(step) for steps in state.steps.values() for step in steps.values() if step.status == "started"
        ],
        agents=_agent_lines(state, leases, policy),
        objects=_object_lines(state, dead),
        machine_changed=_machine_changed(dead, run),
        unreadable=dict(state.unreadable),
        seconds=dict(rebuilt.seconds),
    )


def _possibly_lost(cause: CauseOfDeath, rebuilt: Rebuilt, policy: Policy) -> str:
    """Said, too, when the power went from a later run, while the recovery of `dead` was not known to be complete."""
    if cause.cause != "power-loss" and not rebuilt.power_went:
        return ""
    return (
        f"With durability=process, a power loss may take the calls of the last {policy.sync_interval:g} s before it; "
        "those known to be missing are listed."
    )


def _task_line(task: TaskRecord, victims: Victims) -> TaskLine:
    return TaskLine(
        id=task.id,
        fate=_fate(task, victims),
        status=task.status,
        percentage=task.percentage,
        description=task.description,
        completed_subtasks=task.completed_subtasks,
        blockers=task.blockers,
        attempts=len(task.attempts),
        kept_result=any(attempt.kept for attempt in task.attempts.values()),
        quarantined=task.quarantined,
    )


def _fate(task: TaskRecord, victims: Victims) -> TaskFate:
    if task.quarantined or task.id in victims.quarantined:
        return "quarantined"
    if task.id in victims.interrupted:
        return "in-flight"
    if task.done:
        return "done"
    return "failed" if task.finished and task.shown_status != "completed" else "incomplete"


def _agent_lines(state: State, leases: list[Lease], policy: Policy) -> list[AgentLine]:
    death = state.stamp[0]
    beats = {lease.agent: lease.beat for lease in leases}
    stale = {lease.agent for lease in stale_at(leases, death, policy.stale_after)}
    lines = []
    for agent in state.agents.values():
        seen = beats.get(agent.id, agent.updated[0])
        silent = max(0.0, (death - seen) / MICROSECONDS)
        unheard = agent.id in stale or (agent.id not in beats and silent > policy.stale_after)
        lines.append(
            AgentLine(
                id=agent.id,
                stale_at_death=unheard and agent.health != "gone",
                silent_for=round(silent, 3),
                status=agent.status,
            )
        )
    return lines


def _step_line(step: StepRecord) -> StepLine:
    return StepLine(
        task=step.task,
        key=step.key,
        name=step.name,
        idempotency_key=step.idempotency,
        starts=step.starts,
        doubt=step.doubt,
        error=step.error,
    )


def _object_lines(state: State, dead: RunRecord) -> list[ObjectLine]:
    """The states of the chain of crashes that `dead` belongs to; what is older is not given back."""
    chain = {run.id for run in state.runs.values() if run.chain == dead.chain}
    return [
        ObjectLine(
            id=kept.id,
            captured=iso(kept.captured) if kept.captured else "",
            fields=[name for name, _, _ in kept.fields],
            not_kept=dict(kept.lost),
            failed=kept.failed,
        )
        for kept in state.objects.values()
        if kept.run in chain
    ]


def _machine_changed(dead: RunRecord, run: RunRecord) -> list[str]:
    changed = []
    if dead.process.host != run.process.host:
        changed.append(f"host {dead.process.host} -> {run.process.host}")
    if dead.process.boot_id != run.process.boot_id:
        changed.append("the machine was booted anew")
    return changed
