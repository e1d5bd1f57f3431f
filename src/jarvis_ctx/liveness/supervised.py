"""`supervised-<name>.json`: whom a supervisor watches, and how those it watched have ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.run import ProcessIdentity, RunRecord

FORMAT = "jarvis-ctx supervised 1"
MARK = "JARVIS_SUPERVISED"
KEPT = 10
"""Deaths that are kept: a process may die before its run has begun, and the run before it is still to be recovered."""

ASKED_TO_END = frozenset({"SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE"})
"""Signals by which somebody lets a program end: no failure."""
How = Literal["clean", "exit", "signal", "oom-killed", "hang", "memory-limit", "stopped", "unseen"]
"""`stopped`: it was asked to end and had to be made to. `unseen`: whoever adopted it cannot know."""


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """A process's end as its supervisor saw it. Times in µs, sizes in bytes; without secrets."""

    process: ProcessIdentity
    runs: dict[str, str]
    """The runs that it, or what it had started, lived: their ids by orchestrator."""
    began: int
    ended: int
    how: How
    sentence: str
    exit_code: int | None = None
    signal: str = ""
    core: bool = False
    stacks: str = ""
    """Of all threads, at a hang."""
    stderr: list[str] = []
    """The last lines it wrote there."""
    growth: str = ""
    """A sentence where its memory had grown."""
    oom_kills: int = 0
    """How many processes of its control group the kernel ended for want of memory just then."""

    @property
    def failed(self) -> bool:
        """Whether it is to be mended: it did not end as it, or somebody, wanted."""
        asked = self.how == "signal" and self.signal in ASKED_TO_END
        return self.how not in ("clean", "stopped") and not asked

    @property
    def evidence(self) -> dict[str, Any]:
        """What is known, without what is not."""
        found = {name: getattr(self, name) for name in ("signal", "core", "stacks", "stderr", "growth", "oom_kills")}
        code = {} if self.exit_code is None else {"exit_code": self.exit_code}
        return code | {name: value for name, value in found.items() if value}


class Supervised(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor writes down before its child's first instruction, and whenever that changes."""

    name: str
    supervisor: ProcessIdentity
    command: list[str]
    """Without secrets."""
    folder: str = ""
    """Where it was written: what a copy of the store says is about somebody else's process."""
    mark: str = ""
    """What stands in the environment (`JARVIS_SUPERVISED`) of everything that descends from its child."""
    child: ProcessIdentity | None = None
    began: int = 0
    """When the child was started."""
    runs: dict[str, str] = {}
    """The ids of the runs that the child lives, by orchestrator."""
    restarts: int = 0
    over: bool = False
    """Whether the supervisor has ended of its own accord."""
    gave_up: str = ""
    """Why it started nothing again, a sentence; empty unless it died too often."""
    deaths: list[Death] = []
    format: str = FORMAT


def path_of(folder: Path, name: str) -> Path:
    """Where the supervisor called `name` writes."""
    return folder / f"supervised-{name}.json"


def lock_of(folder: Path, name: str) -> Path:
    """The lock that the supervisor called `name` holds while it lives."""
    return folder / f"supervised-{name}.lock"


def write(folder: Path, record: Supervised) -> None:
    """Replace the record durably."""
    write_whole(path_of(folder, record.name), msgspec.json.encode(record))


def sweep(folder: Path, name: str) -> None:
    """Remove what a supervisor that was killed has left half written; to be called by the one that lives."""
    for leftover in folder.glob(f".{path_of(folder, name).name}.*.tmp"):
        leftover.unlink(missing_ok=True)


def read(folder: Path, name: str) -> Supervised | None:
    """The record; None where there is none that can be read."""
    return _read(path_of(folder, name))


def _read(path: Path) -> Supervised | None:
    try:
        return decoding.decode(path.read_bytes(), Supervised)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def all_of(folder: Path) -> list[Supervised]:
    """The records of all supervisors of a store that can be read."""
    return [record for path in sorted(folder.glob("supervised-*.json")) if (record := _read(path)) is not None]


def death_of(folder: Path, run: RunRecord) -> Death | None:
    """How `run`'s process ended, where a supervisor saw it."""
    deaths = [death for record in all_of(folder) for death in record.deaths]
    return next((d for d in reversed(deaths) if _is_of(run, d.process, d.runs)), None)


def left_alone(folder: Path, run: RunRecord) -> ProcessIdentity | None:
    """The supervisor of `run`'s process, where that had been killed, so that nobody saw the process end."""
    for record in all_of(folder):
        watched = record.child is not None and _is_of(run, record.child, record.runs)
        if watched and not record.over and identity.is_alive(record.supervisor) is False:
            return record.supervisor
    return None


def supervisor_of(folder: Path, orchestrator: str, pid: int | None) -> ProcessIdentity | None:
    """The living supervisor that may start `orchestrator` again, which runs as process `pid`."""
    for record in all_of(folder):
        watched = orchestrator in record.runs or (record.child is not None and record.child.pid == pid)
        if watched and not record.over and identity.is_alive(record.supervisor):
            return record.supervisor
    return None


def _is_of(run: RunRecord, process: ProcessIdentity, runs: dict[str, str]) -> bool:
    return run.id in runs.values() or identity.are_same(run.process, process)
