"""The run before this one: which it was, whether it died, and of what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.liveness import identity, restored, supervised
from jarvis_ctx.liveness.causes import Remains, find_cause
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.run import CauseOfDeath, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import reports


class Predecessor(msgspec.Struct, frozen=True, kw_only=True):
    """What an orchestrator's last run left in the store's folder, held against the state that its events tell.

    Nothing here writes, and nothing stays open.
    """

    name: str
    runfile: RunFile
    marker: CrashMarker
    faults: FaultDump

    @classmethod
    def of(cls, folder: Path, name: str) -> Predecessor:
        """What the last run of orchestrator `name` left in `folder`."""
        return cls(
            name=name,
            runfile=RunFile(folder, name),
            marker=CrashMarker(folder),
            faults=FaultDump(folder / f"run-{name}.fault"),
        )

    def latest(self, state: State) -> RunRecord | None:
        """The last run, as its events tell it or, where those do not know it or its end, as its run file does."""
        told, recorded = state.latest_run, self.runfile.read()
        if recorded is None or told is None:
            return told or recorded
        if recorded.epoch != told.epoch:
            return max(told, recorded, key=lambda run: run.epoch)
        return told if told.ended is not None else recorded

    def dead(self, state: State) -> RunRecord | None:
        """The run to recover from: one whose recovery was not completed, or the last, if it died."""
        latest, marked = self.latest(state), self.marker.of(self.name)
        if marked is not None:
            return state.runs.get(marked.run) or latest
        return latest if latest is not None and self.died(latest) else None

    def died(self, run: RunRecord) -> bool:
        """Whether the last run did not end cleanly; a supervisor sees the exit code of one that ended by itself."""
        if not run.clean:
            return True
        death = supervised.death_of(self.runfile.path.parent, run) if run.ending == "exited" else None
        return death is not None and death.how == "exit"

    def cause(self, dead: RunRecord, state: State) -> CauseOfDeath:
        """Why `dead` died; what an earlier, interrupted recovery found out stands."""
        if dead.cause:
            return decoding.convert(dead.cause, CauseOfDeath)
        here, folder = identity.this_process(), self.runfile.path.parent
        seen = supervised.death_of(folder, dead)
        return find_cause(
            Remains(
                run=dead,
                exception=_fatal(dead, state),
                fault_dump=self.faults.read(dead.id),
                host=here.host,
                boot_id=here.boot_id,
                lives=dead.process.pid != here.pid and identity.is_alive(dead.process) is True,
                replaced=identity.is_another_program(dead.process),
                restored=restored.from_backup(folder, dead),
                seen=seen,
                left_alone=supervised.left_alone(folder, dead) if seen is None else None,
            )
        )

    @property
    def damage(self) -> list[str]:
        """What is to be said of a record that is there and cannot be read: it is written as a whole, or not at all."""
        path = self.runfile.path
        if not path.exists() or self.runfile.read() is not None:
            return []
        return [f"{path.name} cannot be read; which run was the last one is known from its events alone."]

    def missing(self, state: State) -> list[str]:
        """What is to be said when the latest run is known by its record alone, or by the report of its beginning."""
        recorded, told = self.runfile.read(), state.latest_run
        if recorded is not None and recorded.id not in state.runs:
            known = f"{self.runfile.path.name} knows this run, and no event of it was found"
            return [f"The journal of run {recorded.id} is missing: {known}."]
        report = reports.newest(self.runfile.path.parent, self.name)
        if report is None or reports.epoch_of(report) <= max(
            (run.epoch for run in (recorded, told) if run is not None), default=0
        ):
            return []
        return [f"The journal of the run that wrote {report.name} is missing: no event of it was found."]


def _fatal(dead: RunRecord, state: State) -> dict[str, Any] | None:
    """The exception that ended the run: its own process's last one of the main thread, not a forked child's.

    Of a run that does not say how it ended, only its very last event: after any other exception it went on.
    """
    own = [e for e in state.exceptions if e.writer == dead.writer and e.body.get("place") == "main"]
    if not own or (dead.ended is None and own[-1].number != state.position.get(dead.writer)):
        return None
    return own[-1].body
