"""How a command ended, from its wait status, what we did to it, and the kernel's counters."""

from __future__ import annotations

import signal

import pytest

from jarvis_ctx.supervisor.cause import Deed, judge
from jarvis_ctx.supervisor.child import Status


@pytest.mark.parametrize(
    ("status", "oom_kills", "how", "word", "failed"),
    [
        (Status(exit_code=0), 0, "clean", "exit code 0", False),
        (Status(exit_code=3), 0, "exit", "exit code 3.", True),
        (Status(exit_code=1), 1, "exit", "exit code 1.", True),
        (Status(exit_code=137), 0, "exit", "as a shell does whose command was ended by SIGKILL", True),
        (Status(exit_code=137), 1, "oom-killed", "out-of-memory killer", True),
        (Status(signal=signal.SIGKILL), 1, "oom-killed", "out-of-memory killer", True),
        (Status(signal=signal.SIGKILL), 0, "signal", "kill -9", True),
        (Status(signal=signal.SIGSEGV, core=True), 0, "signal", "SIGSEGV, and left a core", True),
        (Status(signal=signal.SIGSEGV), 1, "signal", "SIGSEGV.", True),
        (Status(signal=signal.SIGTERM), 0, "signal", "SIGTERM", False),
        (Status(signal=signal.SIGHUP), 0, "signal", "SIGHUP", False),
        (Status(signal=40), 0, "signal", "signal 40", True),
        (Status(), 0, "unseen", "cannot be known", True),
        (Status(), 2, "oom-killed", "out-of-memory killer", True),
    ],
)
def test_the_end_is_named(status: Status, oom_kills: int, how: str, word: str, failed: bool) -> None:
    verdict = judge(status, deed=None, oom_kills=oom_kills)

    assert (verdict.how, verdict.failed) == (how, failed)
    assert word in verdict.sentence


@pytest.mark.parametrize(
    ("status", "ending", "how", "failed"),
    [
        (Status(exit_code=1), "SIGINT", "clean", False),
        (Status(exit_code=1), "SIGTERM", "clean", False),
        (Status(exit_code=1), "exited", "exit", True),
        (Status(exit_code=1), None, "exit", True),
        (Status(), "closed", "clean", False),
        (Status(), "exception", "unseen", True),
    ],
)
def test_what_its_run_says_decides_where_the_system_does_not_say_it_all(
    status: Status, ending: str | None, how: str, failed: bool
) -> None:
    verdict = judge(status, deed=None, oom_kills=0, endings=[ending])

    assert (verdict.how, verdict.failed) == (how, failed)


@pytest.mark.parametrize(
    ("code", "how", "signalled"),
    [
        (137, "signal", "SIGKILL"),
        (139, "signal", "SIGSEGV"),
        (143, "signal", "SIGTERM"),
        (3, "exit", ""),
        (128, "exit", ""),
    ],
)
def test_of_a_command_within_a_shell_the_exit_code_tells_the_signal(code: int, how: str, signalled: str) -> None:
    verdict = judge(Status(exit_code=code), deed=None, oom_kills=0, wrapped=True)

    assert (verdict.how, verdict.signal) == (how, signalled)


@pytest.mark.parametrize(("how", "failed"), [("hang", True), ("memory-limit", True), ("stopped", False)])
def test_what_we_did_is_the_cause_whatever_the_status(how: str, failed: bool) -> None:
    deed = Deed(how=how, sentence="We did it.")  # type: ignore[arg-type]

    verdict = judge(Status(signal=signal.SIGKILL), deed=deed, oom_kills=1)

    assert (verdict.how, verdict.sentence, verdict.failed) == (how, "We did it.", failed)
