"""Why a command ended, from how the system says it did, what we had done to it, and what the kernel counts; pure."""

from __future__ import annotations

import signal
from collections.abc import Collection

import msgspec
from msgspec.structs import replace

from jarvis_ctx.liveness.supervised import ASKED_TO_END, How
from jarvis_ctx.model.run import CLEAN
from jarvis_ctx.supervisor.child import Status

INTERRUPTED: frozenset[str | None] = frozenset({"SIGTERM", "SIGINT"})
"""How a run says that it ended so."""
SHELLS = 128
"""A shell ends with so much and the number of the signal that ended its command."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended, as a sentence too; `failed`: that is to be mended by a restart."""

    how: How
    sentence: str
    failed: bool
    signal: str = ""
    """The signal that ended it, or, where a shell tells of it, its command."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor did to end its command, and why."""

    how: How
    sentence: str


def judge(
    status: Status,
    *,
    deed: Deed | None,
    oom_kills: int,
    endings: Collection[str | None] = (),
    wrapped: bool = False,
) -> Verdict:
    """The cause of an end.

    `endings`: how its runs say they ended, which decides where the system does not say it all: Python ends with exit
    code 1, too, when it is interrupted. `wrapped`: its exit code is what a shell made of another's end.
    """
    if deed is not None:
        return Verdict(how=deed.how, sentence=deed.sentence, failed=deed.how != "stopped")
    if status.exit_code is None and status.signal is None:
        return _unseen(bool(endings) and CLEAN.issuperset(endings), oom_kills)
    killed = status.signal == signal.SIGKILL or status.exit_code == SHELLS + signal.SIGKILL
    if killed and oom_kills:
        return _out_of_memory()
    if status.signal is not None:
        return _by_signal(status.signal, status.core)
    code = status.exit_code or 0
    if wrapped and _names(code - SHELLS):
        return _by_signal(code - SHELLS, core=False)
    verdict = _by_itself(code)
    return replace(verdict, how="clean", failed=False) if endings and INTERRUPTED.issuperset(endings) else verdict


def _unseen(ended_clean: bool, oom_kills: int) -> Verdict:
    if ended_clean:
        return Verdict(how="clean", sentence="It ended its run cleanly.", failed=False)
    if oom_kills:
        return _out_of_memory()
    sentence = "It ended without ending its run; how cannot be known, as another supervisor had started it."
    return Verdict(how="unseen", sentence=sentence, failed=True)


def _out_of_memory() -> Verdict:
    sentence = "The kernel's out-of-memory killer ended it."
    return Verdict(how="oom-killed", sentence=sentence, failed=True)


def _by_signal(number: int, core: bool) -> Verdict:
    left = ", and left a core" if core else ""
    if number == signal.SIGKILL:
        sentence = "It was ended by SIGKILL (kill -9) from outside, not by the kernel for want of memory."
    else:
        sentence = f"It was ended by {signal_name(number)}{left}."
    name = signal_name(number)
    return Verdict(how="signal", sentence=sentence, failed=name not in ASKED_TO_END, signal=name)


def signal_name(number: int) -> str:
    """`SIGKILL`; of a real-time signal its number."""
    return signal.Signals(number).name if _names(number) else f"signal {number}"


def _by_itself(code: int) -> Verdict:
    if code == 0:
        return Verdict(how="clean", sentence="It ended with exit code 0.", failed=False)
    number = code - SHELLS
    shells = f", as a shell does whose command was ended by {signal_name(number)}" if _names(number) else ""
    return Verdict(how="exit", sentence=f"It ended with exit code {code}{shells}.", failed=True)


def _names(number: int) -> bool:
    return number in {int(known) for known in signal.Signals}
