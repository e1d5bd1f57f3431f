"""What insight answers as plain data, as records for whoever asks over HTTP; docs/cli.md names the keys."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from jarvis_ctx.model.agent import Health
from jarvis_ctx.model.report import RecoveryReport

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list; `next` is the cursor of the part behind it, None on the last."""

    items: list[T]
    next: str | None = None


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """One lifetime of the orchestrator's process; `state` is `live`, `ended` (cleanly) or `dead`."""

    id: str
    epoch: int
    pid: int
    host: str
    started: str
    ended: str | None
    ending: str | None
    clean: bool
    cause: str | None
    sentence: str
    resume: str
    state: str = ""
    chain: str = ""
    told: dict[str, Any] = {}


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Health at a glance; `state` is `live`, `ended`, `dead` or `empty`."""

    orchestrator: str
    path: str
    state: str
    pid: int | None
    run: RunLine | None
    last_end: RunLine | None
    last_event: str | None
    events: int
    tasks: dict[str, int]
    incomplete: list[dict[str, Any]]
    steps_in_doubt: int
    steps_never_asked: list[dict[str, str]]
    agents: dict[str, int]
    stale_agents: list[str]
    stuck_agents: list[str]
    objects: list[dict[str, Any]]
    checkpoint: dict[str, Any] | None
    lag: dict[str, Any]
    api: dict[str, str] | None
    capture_errors: dict[str, Any]
    unkept_steps: int
    unread: list[str]
    writers_refused: int
    recovery: dict[str, Any]
    healed: list[dict[str, Any]]
    supervisor: dict[str, Any] | None
    resources: dict[str, Any] | None
    damaged: list[str]


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A task: how far it is, and what is in its way. Times are ISO 8601 in UTC."""

    id: str
    title: str = ""
    group: str = ""
    description: str
    status: str
    shown_status: str
    percentage: float | None
    completed_subtasks: list[Any]
    blockers: list[Any]
    dependencies: list[Any]
    agent: str | None
    metadata: Any
    created: str
    updated: str
    attempts: int
    in_flight: bool
    interrupted: Any
    steps_finished: list[str]
    steps_open: list[str]
    steps_never_asked: list[str]
    deaths_alone: int
    quarantined: str


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agent and its last sign of life; `silent_for` in seconds."""

    id: str
    health: Health
    status: str
    last_seen: str | None
    silent_for: float | None
    beats: int
    tasks: list[str]
    details: Any


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event; `body` has keys by `kind` (docs/formats.md). `writer` and `number` name it for ever."""

    time: str
    kind: str
    subject: str
    run: str
    writer: str
    number: int
    body: Any


class LiveEvent(EventLine, frozen=True, kw_only=True):
    """An event as it comes; a stream that is begun `after` this position goes on behind it."""

    position: str


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A stream was read too slowly: so many events are left out of it, and come with the next one after `after`."""

    missed: int
    after: str


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervised orchestrator used at one time; `rss` in bytes, `cpu` in per cent of one processor."""

    time: str
    rss: int
    cpu: float
    threads: int
    files: int
    processes: int
    pid: int


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """Samples oldest first, who supervises, and how the processes before have ended."""

    supervisor: dict[str, Any] | None
    growth: str
    samples: list[Sample]
    deaths: list[dict[str, Any]]


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured: bytes, seconds and counts; None is not known."""

    orchestrator: str
    state: str
    operations: int
    snapshots: int
    checkpoints_taken: int | None
    dedup_hits: int | None
    last_checkpoint: str | None
    last_checkpoint_bytes: int | None
    last_checkpoint_seconds: float | None
    storage_bytes: int
    database_bytes: int | None
    growth_bytes_a_day: int | None
    drain_lag: int | None
    sync_lag: int | None
    capture_errors: int
    events_lost: int
    runs: int
    recoveries: int
    restarts: int
    tasks: dict[str, int]
    agents: dict[str, int]


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What a start would find and do now; `report` is the one that it would write, None where nothing is recovered."""

    sentence: str
    recovers: bool
    pid: int | None
    replays_results: bool
    runs_alone: list[str]
    appends: list[dict[str, str]]
    report: RecoveryReport | None
    base: str | None = None
    """The layer of the base that was asked for."""


class CleanupLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is older than it is to be kept, and goes (`done`: went)."""

    orchestrator: str
    done: bool
    horizon: str
    decisions_since: str
    position: dict[str, int]
    advances: bool
    events: int
    decisions: int
    tasks: list[str]
    archives: list[str]
    reports: list[str]
    moved_aside: list[str]
    emergencies: list[str]
    values: int
    bytes: int
    database_bytes: int
    points_kept: list[str]
    threads: int = 0
    graph_checkpoints: int = 0
    freed: int = 0
    retention_days: int = 0
