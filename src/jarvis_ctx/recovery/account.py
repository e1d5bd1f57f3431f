"""The account of a death: what was found of the run, its tasks, steps, agents and objects, as a report's lines."""

from __future__ import annotations

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.liveness.work import last_work
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.report import AgentLine, ObjectLine, RecoveryReport, StepLine, TaskFate, TaskLine
from jarvis_ctx.model.run import CauseOfDeath, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.recovery.healings import healings, sentence
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.recovery.rebuild import Rebuilt
from jarvis_ctx.recovery.victims import Victims

WAITED = ("power", "store")
"""The durabilities with which a call returns when a disk has it."""


def account(
    rebuilt: Rebuilt,
    dead: RunRecord,
    run: RunRecord,
    cause: CauseOfDeath,
    leases: list[Lease],
    policy: Policy,
    victims: Victims,
) -> RecoveryReport:
    """The report of the death of `dead`, as far as it depends on what was found; `run` is the one that recovers."""
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
        possibly_lost=_possibly_lost(cause, rebuilt, dead, policy),
        not_captured=not_captured[0],
        last_not_captured=not_captured[1],
        damage=rebuilt.gathered.damaged,
        healed=[sentence(healed) for healed in healings(state, dead.id)],
        layers=rebuilt.tried,
        sources=rebuilt.gathered.sources,
        resume=policy.resume,
        tasks=[_task_line(task, victims) for task in state.tasks.values()],
        steps_in_doubt=[_step_line(step) for step in _in_doubt(state)],
        agents=_agent_lines(state, leases, policy),
        objects=_object_lines(state, dead),
        machine_changed=_machine_changed(dead, run),
        unreadable=dict(state.unreadable),
        seconds=dict(rebuilt.seconds),
    )


def _possibly_lost(cause: CauseOfDeath, rebuilt: Rebuilt, dead: RunRecord, policy: Policy) -> str:
    """What the power may have taken without a trace: nothing of a run whose calls have waited for the disk.

    It may have gone from a later run, too, while the recovery of `dead` was not known to be complete.
    """
    cut_off = {dead.epoch} if cause.cause == "power-loss" else set()
    cut_off |= {rebuilt.cut_off} - {0}
    known = {run.epoch: run for run in (*rebuilt.state.runs.values(), dead)}
    waited = {epoch for epoch, run in known.items() if run.durability in WAITED}
    if cut_off <= waited:
        return ""
    told = [known[epoch].policy for epoch in cut_off - waited if epoch in known]
    interval = max((one["sync_interval"] for one in told if "sync_interval" in one), default=policy.sync_interval)
    return (
        "With durability=process, a power loss may take the last calls before it, those since the last sync, of which "
        f"one comes every {interval:g} s; those known to be missing are listed."
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
        attempts=task.begun,
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
    death, worked = state.stamp[0], last_work(state)
    beats = {lease.agent: lease.beat for lease in leases}
    lines = []
    for agent in state.agents.values():
        seen = beats.get(agent.id, agent.updated[0])
        seen = max(seen, worked.get(agent.id, seen))
        silent = max(0.0, (death - seen) / MICROSECONDS)
        lines.append(
            AgentLine(
                id=agent.id,
                stale_at_death=silent > policy.stale_after and agent.health != "gone",
                silent_for=round(silent, 3),
                status=agent.status,
            )
        )
    return lines


def _in_doubt(state: State) -> list[StepRecord]:
    return [step for steps in state.steps.values() for step in steps.values() if step.status == "started"]


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
    chain = state.runs_of(dead.chain)
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
