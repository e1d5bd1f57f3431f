"""Why a run died, as far as what it left behind can tell."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.run import CauseOfDeath, RunRecord


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """What a dead run left: its record, its last main-thread exception, faulthandler's dump; and this boot.

    `lives`: another process than this one that is still there is the run's own.
    """

    run: RunRecord
    exception: dict[str, Any] | None
    fault_dump: str
    host: str
    boot_id: str
    lives: bool = False
    restored: str = ""
    """A sentence where the folder was put back from a backup that was taken while the run went on."""


def find_cause(remains: Remains) -> CauseOfDeath:
    """The cause that the evidence proves, strongest first; `killed` when there is none."""
    run = remains.run
    if remains.exception is not None and (run.ending == "exception" or run.ended is None):
        named = f"{remains.exception['type']}: {remains.exception['message']}"
        return CauseOfDeath(
            cause="exception", sentence=f"It ended with an uncaught exception, {named}.", evidence=remains.exception
        )
    if remains.fault_dump.strip():
        first = remains.fault_dump.strip().splitlines()[0]
        return CauseOfDeath(
            cause="fatal-signal",
            sentence=f"The interpreter was ended by a fatal signal ({first}).",
            evidence={"stacks": remains.fault_dump},
        )
    if remains.restored:
        return CauseOfDeath(cause="unknown", sentence=remains.restored)
    if run.process.host != remains.host:
        sentence = f"It ran on another machine ({run.process.host}), so nothing here can say why it ended."
        return CauseOfDeath(cause="unknown", sentence=sentence)
    if run.process.boot_id and remains.boot_id and run.process.boot_id != remains.boot_id:
        return CauseOfDeath(
            cause="power-loss",
            sentence="The machine was restarted while it ran: a power loss, a reboot or a crash of the system.",
            evidence={"boot_id_then": run.process.boot_id, "boot_id_now": remains.boot_id},
        )
    if remains.lives:
        sentence = (
            f"Its process {run.process.pid} still lives, but not in this folder: it is a copy, or its lock was lost."
        )
        return CauseOfDeath(cause="unknown", sentence=sentence)
    return CauseOfDeath(
        cause="killed",
        sentence="It was ended from outside without a chance to say so: kill -9, the kernel's out-of-memory killer, "
        "or os._exit.",
    )
