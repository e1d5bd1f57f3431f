"""The plan: from what was found, what happened and what is to be done about it; pure."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.capture.unfinished import Unfinished
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import CauseOfDeath, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.account import account
from jarvis_ctx.recovery.carrying import carried
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.recovery.rebuild import Rebuilt
from jarvis_ctx.recovery.unfinished import unfinished_calls
from jarvis_ctx.recovery.victims import Victims, victims_of

FAILED_RECOVERIES = 3
"""Recoveries that were begun and not completed, after which calls are changed no more."""


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
    victims = victims_of(rebuilt.state, dead, cause, policy)
    suspects = set() if cause.explained else victims.interrupted.keys() - victims.quarantined
    gave_up = tries > FAILED_RECOVERIES
    skip = policy.resume != "report" and not gave_up
    again = unfinished_calls(rebuilt.state, dead.chain, victims.quarantined)
    refused = f"{FAILED_RECOVERIES} recoveries in a row were not completed, so no call is changed" if gave_up else ""
    again = again if skip and policy.resume == "redispatch" else []
    report = account(rebuilt, dead, run, cause, leases, policy, victims)
    tasks = carried(report.tasks, rebuilt.state, skip=skip, again=again)
    return Plan(
        events=_events(rebuilt.state, dead, cause, victims),
        suspects=suspects if skip else set(),
        skip=skip,
        redispatch=again,
        report=msgspec.structs.replace(report, tasks=tasks, resume_refused=refused, recoveries_begun=tries),
    )


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
