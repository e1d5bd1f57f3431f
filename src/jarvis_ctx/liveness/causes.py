"""Why a run died, as far as what it left behind can tell."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.liveness.supervised import Death
from jarvis_ctx.model.run import Cause, CauseOfDeath, ProcessIdentity, RunRecord


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
    replaced: bool = False
    """Whether its process has become another program since."""
    restored: str = ""
    """A sentence where the folder was put back from a backup that was taken while the run went on."""
    seen: Death | None = None
    """What a supervisor saw of the end."""
    left_alone: ProcessIdentity | None = None
    """The supervisor that was to see it, and had been killed itself."""


OUTSIDE: dict[str, Cause] = {
    "oom-killed": "oom-killed",
    "hang": "hang",
    "memory-limit": "memory-limit",
    "stopped": "stopped",
}
"""Ends that only a supervisor knows of; they outdo what the run left behind before it was ended."""
FATAL = frozenset({"SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"})
"""Signals that a program's own mistake ends it by."""
SAID = "The interpreter was ended by a fatal signal ({})."


def find_cause(remains: Remains) -> CauseOfDeath:
    """The cause that the evidence proves, strongest first; `killed` when there is none."""
    seen = remains.seen
    evidence = seen.evidence if seen is not None else {}
    if seen is not None and seen.how in OUTSIDE:
        return CauseOfDeath(cause=OUTSIDE[seen.how], sentence=seen.sentence, evidence=evidence)
    found = _from_itself(remains) or (_from_supervisor(seen) if seen is not None else _from_afar(remains))
    return CauseOfDeath(cause=found.cause, sentence=found.sentence, evidence=evidence | found.evidence)


def _from_itself(remains: Remains) -> CauseOfDeath | None:
    """What the run could still write down."""
    run = remains.run
    if remains.exception is not None and (run.ending == "exception" or run.ended is None) and not _cut_short(remains):
        kind = remains.exception["type"].removeprefix("builtins.")
        named = f"{kind}: {remains.exception['message']}".rstrip(".: ")
        return CauseOfDeath(
            cause="exception", sentence=f"It ended with an uncaught exception, {named}.", evidence=remains.exception
        )
    if remains.fault_dump.strip():
        first = remains.fault_dump.strip().splitlines()[0]
        left = " It left a core." if remains.seen is not None and remains.seen.core else ""
        return CauseOfDeath(
            cause="fatal-signal", sentence=SAID.format(first) + left, evidence={"stacks": remains.fault_dump}
        )
    return None


def _cut_short(remains: Remains) -> bool:
    """Whether a signal ended the run after its exception."""
    return remains.run.ended is None and remains.seen is not None and bool(remains.seen.signal)


def _from_supervisor(seen: Death) -> CauseOfDeath:
    if seen.signal:
        return CauseOfDeath(cause="fatal-signal" if seen.signal in FATAL else "killed", sentence=seen.sentence)
    if seen.exit_code is not None:
        ending = "without ending its run, as os._exit does." if not seen.exit_code else ""
        sentence = f"{seen.sentence.removesuffix('.')} {ending}" if ending else seen.sentence
        return CauseOfDeath(cause="exited", sentence=sentence)
    return CauseOfDeath(cause="unknown", sentence=seen.sentence)


def _from_afar(remains: Remains) -> CauseOfDeath:
    """What the machine, or a supervisor that is gone, lets conclude."""
    run = remains.run
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
    if remains.replaced:
        sentence = (
            f"Its process {run.process.pid} became another program (exec) while the run went on; close() before it "
            "would have ended it."
        )
        return CauseOfDeath(cause="replaced", sentence=sentence)
    if remains.lives:
        sentence = (
            f"Its process {run.process.pid} still lives, but not in this folder: it is a copy, or its lock was lost."
        )
        return CauseOfDeath(cause="unknown", sentence=sentence)
    if remains.left_alone is not None:
        sentence = (
            f"Its supervisor, process {remains.left_alone.pid}, was killed, and then it ended without a chance to say "
            "why: nobody saw how."
        )
        return CauseOfDeath(cause="supervisor-killed", sentence=sentence)
    return CauseOfDeath(
        cause="killed",
        sentence="It was ended from outside without a chance to say so: kill -9, the kernel's out-of-memory killer, "
        "or os._exit.",
    )
