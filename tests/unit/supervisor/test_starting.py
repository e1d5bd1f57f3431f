"""A command starts as it would have without us, and never before it is written down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faces.cli.processes import ROOT

STARTER = """
import os, signal, sys
from jarvis_ctx.errors import CommandNotStarted
from jarvis_ctx.supervisor.starting import start

def run(command, written_down=lambda pid: None):
    pid = start(command, os.environ, outputs={}, written_down=written_down)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def python(code: str) -> str:
    """What a process prints that starts commands."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", STARTER + code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_command_runs_in_a_session_of_its_own_with_its_arguments_as_they_are() -> None:
    printed = python(
        """print(run(["sh", "-c", 'test "$1" = "a b; exit 9" && test $(ps -o sid= -p $$) = $$', "x", "a b; exit 9"]))"""
    )

    assert printed == "0"


def test_it_inherits_no_descriptor_beyond_the_third() -> None:
    printed = python("""
os.dup2(1, 77, inheritable=True)
print(run(["test", "-e", "/proc/self/fd/77"]), run(["test", "-e", "/proc/self/fd/2"]))
""")

    assert printed == "1 0"


def test_signals_have_their_default_action_in_it() -> None:
    printed = python("""
signal.signal(signal.SIGTERM, lambda *_: None)
print(run(["sh", "-c", "kill -PIPE $$"]), run(["sh", "-c", "kill -TERM $$"]))
run(["grep", "SigBlk", "/proc/self/status"])
""")

    assert sorted(printed.split()) == ["-13", "-15", "0000000000000000", "SigBlk:"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program", "'no-such-program' cannot be started: there is no such program in PATH. True"),
        ("/no/such/program", "'/no/such/program' cannot be started: there is no such program. True"),
        ("/etc/passwd", "'/etc/passwd' cannot be started: Permission denied. False"),
    ],
)
def test_a_command_that_cannot_be_run_is_an_error(command: str, said: str) -> None:
    printed = python(f"""
try:
    run([{command!r}])
except CommandNotStarted as error:
    print(error, error.facts["missing"])
""")

    assert printed == f"The command {said}"


def test_a_command_does_not_run_when_its_starter_dies_before_it_has_written_it_down(tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    python(f"""
from jarvis_ctx.supervisor.starting import become_subreaper
become_subreaper()
if os.fork() == 0:
    run(["touch", {str(trace)!r}], written_down=lambda pid: os.kill(os.getpid(), signal.SIGKILL))
os.wait()
while True:
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        break
""")

    assert not trace.exists()
