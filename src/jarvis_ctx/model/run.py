"""One lifetime of an orchestrator's process."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.ids import RunId, WriterId

CLEAN: frozenset[str] = frozenset({"closed", "exited", "SIGTERM", "SIGINT"})
"""The endings after which nothing is recovered; a run can say of itself that it ended with an `exception`, too."""

Cause = Literal[
    "exception",
    "fatal-signal",
    "killed",
    "oom-killed",
    "hang",
    "memory-limit",
    "exited",
    "stopped",
    "supervisor-killed",
    "replaced",
    "power-loss",
    "unknown",
]
"""What a run died of, as far as the next one can tell. Of `killed`, only a supervisor knows the signal, and that it was
not the kernel; `oom-killed` to `supervisor-killed` are known of a supervised run only. `replaced`: by `exec`.
"""

EXPLAINED: frozenset[str] = frozenset({"power-loss", "stopped"})
"""Causes that no task can be to blame for."""


class ProcessIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which process this is, beyond doubt: a process id alone is reused."""

    host: str
    pid: int
    created: float
    boot_id: str
    ticks: int = 0
    """When it started, in the system's ticks since boot, which no clock moves; 0 where the system does not say."""
    image: int = 0
    """Another number once the process has become another program by `exec`; 0 where the system does not say."""
    session: int = 0
    """The session it said that it is in, by which a supervisor knows what it has started; 0 where it did not say."""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A run: its process, its epoch, and how it ended (None while it lives or when nobody has found out)."""

    id: RunId
    name: str
    epoch: int
    writer: WriterId
    process: ProcessIdentity
    started: int
    chain: RunId
    """The first run of the chain of crashes this one continues; its own id after a clean end."""
    resume: str = "report"
    policy: dict[str, float] = {}
    """Its other settings that outlive it: `max_attempts`, `stale_after`, `stuck_after`, `sync_interval`."""
    durability: str = ""
    """What its calls waited for; nothing where a release that did not say so has begun it."""
    code: dict[str, str] = {}
    ended: int | None = None
    ending: str | None = None
    cause: dict[str, Any] = {}
    uncaptured: dict[str, tuple[int, str]] = {}
    """For each of its writers, how many calls could not be stored, and what was the matter with the last one."""

    @property
    def clean(self) -> bool:
        return self.ending in CLEAN

    @property
    def not_captured(self) -> tuple[int, str]:
        """How many calls of all its processes, and the last reason of one of them."""
        told = [self.uncaptured[writer] for writer in sorted(self.uncaptured)]
        return sum(count for count, _ in told), told[-1][1] if told else ""


class CauseOfDeath(msgspec.Struct, frozen=True, kw_only=True):
    """Why a run ended without saying so, with the evidence."""

    cause: Cause
    sentence: str
    evidence: dict[str, Any] = {}

    @property
    def explained(self) -> bool:
        """True where no task can be to blame: power loss, reboot, or a deliberate end."""
        return self.cause in EXPLAINED
