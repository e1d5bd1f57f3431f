"""The recovery report: what a start found, decided and did."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.carried import CarriedThread
from jarvis_ctx.model.run import CauseOfDeath

REPORT_FORMAT = "jarvis-ctx recovery report 1"
REPORT_PURPOSE = "recovery report"
"""What its file is sealed for, in an encrypted store; the place is the file's name."""

TaskNext = Literal["kept", "resumed", "re-run", "quarantined", "left"]
"""What a start does about a task: its calls return what was kept; it runs again, without the steps it had finished or
from its beginning; it is not run any more; nothing."""

TaskFate = Literal["done", "incomplete", "in-flight", "failed", "quarantined"]


class LayerTried(msgspec.Struct, frozen=True, kw_only=True):
    """A base that recovery looked at, newest first, and why it was not used (`accepted` for the one that was)."""

    layer: str
    name: str
    verdict: str
    events_behind: int | None = None


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A task at the moment of death."""

    id: str
    fate: TaskFate
    status: str
    percentage: float
    description: str = ""
    completed_subtasks: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    attempts: int = 0
    kept_result: bool = False
    quarantined: str = ""
    next: TaskNext = "left"
    by: Literal["", "sidecar", "program"] = ""
    """Who calls it again: with `redispatch` the sidecar itself, else the program, when it does."""
    not_redispatched: str = ""
    """Why the sidecar cannot call it again: what of its arguments could not be stored."""


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step in doubt: it started and has no recorded end."""

    task: str
    key: str
    name: str
    idempotency_key: str = ""
    """What was handed to it for its effect."""
    starts: int = 1
    """How often it was started."""
    doubt: str = "run"
    """`reconcile`: it is asked about; otherwise its `on_doubt`: `run`, `fail` or `skip`."""
    error: str = ""
    """Why it is in doubt although it had returned."""


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's last sign of life before the death; `silent_for` in seconds, up to then."""

    id: str
    stale_at_death: bool
    silent_for: float
    status: str


class ObjectLine(msgspec.Struct, frozen=True, kw_only=True):
    """The state kept of one object; `not_kept` and `not_restored` give the reason by field."""

    id: str
    captured: str
    """When it was read, ISO 8601 in UTC; nothing where that never came about."""
    fields: list[str] = []
    not_kept: dict[str, str] = {}
    failed: str = ""
    """Why its last capture did not come about."""
    restored: bool = False
    """Whether an object has been given it back since the start."""
    not_restored: dict[str, str] = {}


class RecoveryReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the next start can say about a death, for people and programs. Times are ISO 8601 in UTC."""

    format: str = REPORT_FORMAT
    orchestrator: str
    run: str
    recovered_run: str
    epoch: int
    created: str
    cause: CauseOfDeath
    started: str
    died_between: tuple[str, str]
    """The last durable event, and this start: the death lies between."""
    last_event: str
    events: int
    """Events the rebuilt state stands for."""
    events_lost: dict[str, list[tuple[int, int]]] = {}
    """Numbers known to have been written and gone, as ranges by writer; empty means that nothing is lost."""
    not_captured: int = 0
    """Calls of the run that died that could not be stored, so that nothing is known of them."""
    last_not_captured: str = ""
    """What was the matter with the last of them."""
    possibly_lost: str = ""
    """What a power loss may have taken without a trace."""
    damage: list[str] = []
    healed: list[str] = []
    """How the run that died had its database made anew while it lived, a sentence each time."""
    layers: list[LayerTried] = []
    sources: dict[str, int] = {}
    resume: str = "report"
    resume_refused: str = ""
    recoveries_begun: int = 1
    tasks: list[TaskLine] = []
    steps_in_doubt: list[StepLine] = []
    agents: list[AgentLine] = []
    objects: list[ObjectLine] = []
    threads: list[CarriedThread] = []
    """Threads of graphs that were in flight, and what became of them once they were to be carried on."""
    machine_changed: list[str] = []
    code_changed: list[str] = []
    unreadable: dict[str, int] = {}
    seconds: dict[str, float] = {}
    """How long each phase took."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return dict(msgspec.to_builtins(self))

    @property
    def lost(self) -> int:
        """How many events are known to be gone."""
        return sum(last - first + 1 for ranges in self.events_lost.values() for first, last in ranges)
