"""One immutable, past-tense fact."""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

from jarvis_ctx.model.ids import RunId, WriterId

Stamp = tuple[int, str, int]
"""The total order of events: hybrid logical time in microseconds, writer, number."""

Kind = Literal[
    "RunStarted",
    "RunEnded",
    "RunDied",
    "RunRecovered",
    "CodeRecorded",
    "ExceptionRaised",
    "TaskProgressed",
    "TaskClaimed",
    "TaskFinished",
    "TaskFailed",
    "TaskInterrupted",
    "TaskQuarantined",
    "TaskReleased",
    "TaskRetired",
    "StepStarted",
    "StepFinished",
    "StepFailed",
    "StepReconciled",
    "AgentUpdated",
    "AgentSeen",
    "AgentStale",
    "AgentBack",
    "AgentGone",
    "DecisionLogged",
    "MessageSent",
    "MessageAdded",
    "AttributeSet",
    "StateCaptured",
    "StateRestored",
    "RecoveryPointMarked",
    "MomentRestored",
    "CheckpointRequested",
    "CleanupRequested",
    "ReleaseRequested",
    "RecoveryPointRequested",
    "RestoreRequested",
    "RequestAnswered",
    "RetentionCut",
    "ValuePurged",
    "DatabaseHealed",
    "CaptureFailed",
    "GraphCheckpointPut",
    "GraphWritesPut",
    "GraphCheckpointDropped",
    "GraphThreadDropped",
    "SessionItemsAdded",
    "SessionItemsReplaced",
    "SessionCleared",
    "EventFreed",
]

PROJECTED_KINDS = frozenset(kind for kind in get_args(Kind) if kind.startswith(("Task", "Step")))
"""Kinds that change a task's row in the store."""

THREAD_KINDS = frozenset(kind for kind in get_args(Kind) if kind.startswith(("Graph", "Session")))
"""Kinds that tell of a framework's threads and sessions, which have a course of their own: a restore takes none of them
back, and a cleanup leaves them; what was dropped of them becomes an `EventFreed` in their place."""

FREED: Kind = "EventFreed"
"""What stands in the place of an event that was dropped and left the disk."""

_BRANCHED = ("Task", "Step", "Agent", "Attribute", "State", "Decision", "Message")

BRANCHED_KINDS = frozenset(kind for kind in get_args(Kind) if kind.startswith(_BRANCHED))
"""Kinds whose effect a restore takes back; what is told of runs, points and exceptions stays."""

LAST_KIND: Kind = "RunEnded"
"""What a run's own pen writes last."""

SCHEMA = 1
"""Version of the events' bodies; a segment's header names the one it was written with."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """A fact: who wrote it, when, and what. `body` is tagged JSON; `subject` is the task, agent or name it is about."""

    writer: WriterId
    number: int
    time: int
    run: RunId
    kind: str
    subject: str
    body: dict[str, Any]

    @property
    def stamp(self) -> Stamp:
        return self.time, self.writer, self.number
