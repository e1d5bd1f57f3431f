"""What a cleanup would remove now, found out without doing it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.retention import cutting, leftovers
from jarvis_ctx.retention.rules import Rules, retiring


class Cleanup(msgspec.Struct, frozen=True, kw_only=True):
    """What goes, or went. `bytes` are those of files; the database's are known once it has shrunk."""

    orchestrator: str
    done: bool = False
    cut: Cut
    advances: bool
    """Whether the cut goes beyond the last one."""
    tasks: list[TaskId] = []
    """Finished tasks that leave the state."""
    threads: int = 0
    """Threads and sessions that are dropped, because nothing was told of them for too long."""
    graph_checkpoints: int = 0
    """Checkpoints of other threads that are dropped, because there are later ones."""
    freed: int = 0
    """Events of what was dropped earlier that leave the disk."""
    events: int = 0
    decisions: int = 0
    """How many of the events are decisions."""
    archives: list[str] = []
    reports: list[str] = []
    moved_aside: list[str] = []
    emergencies: list[str] = []
    values: int = 0
    """Side files; known once it was done."""
    bytes: int = 0
    database_bytes: int = 0
    points_kept: list[str] = []
    """Recovery points from before the horizon, which stay, and with them what they hold."""
    retention_days: int = 0
    """For how long events are kept; 0 is not known."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, as docs/cli.md has it."""
        told = msgspec.to_builtins(self)
        told["horizon"], told["decisions_since"] = iso(self.cut.horizon), iso(self.cut.decisions_since)
        return {"position" if key == "cut" else key: value for key, value in told.items()} | {
            "position": self.cut.position
        }

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Cleanup:
        """What `to_json` was made from; times are to the millisecond."""
        cut = {"position": told["position"], **{name: _time(told[name]) for name in ("horizon", "decisions_since")}}
        return decoding.convert({**told, "cut": cut}, cls)


def _time(said: str) -> int:
    return round(datetime.fromisoformat(said).timestamp() * MICROSECONDS)


def survey(folder: Path, state: State, files: CheckpointFiles, rules: Rules, now: int) -> Cleanup:
    """Look at the store in `folder`; `state` is the present one, `now` the time (µs). Writes nothing."""
    horizon, since, journal = rules.horizon(now), rules.decisions_since(now), folder / "journal"
    reached = cutting.position(journal, state.name, files.covered(apart=True), state.cut, horizon)
    cut = state.cut.joined(Cut(position=reached, horizon=horizon, decisions_since=since))
    shreds = list(cutting.shreds(journal, state.name, cut))
    reports = leftovers.reports(folder, state.name, horizon)
    aside, emergencies = leftovers.moved_aside(folder, horizon), leftovers.emergencies(files, horizon)
    gone = [shred.archived.path for shred in shreds if not shred.stays]
    return Cleanup(
        orchestrator=state.name,
        retention_days=rules.retention_days,
        cut=cut,
        advances=reached != state.cut.position or any(shred.decisions for shred in shreds),
        tasks=retiring(state, now, horizon),
        events=sum(shred.goes for shred in shreds),
        decisions=sum(shred.decisions for shred in shreds),
        archives=[shred.archived.path.name for shred in shreds],
        reports=[path.name for path in reports],
        moved_aside=[str(path.relative_to(folder)) for path in aside],
        emergencies=[path.name for path in emergencies],
        bytes=leftovers.room((*gone, *reports, *aside, *emergencies)),
        points_kept=sorted({header.label for _, header in files.headers() if header.label and header.taken < horizon}),
    )
