"""What other processes of this machine are."""

from __future__ import annotations

import subprocess

import pytest

from jarvis_ctx.liveness import processes


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--token", "hunter2"], "sh -c echo; read line --token [redacted]"),
        (["x" * 200], f"sh -c echo; read line {'x' * 78}..."),
    ],
)
def test_a_program_is_shown_in_a_short_line_without_secrets(arguments: list[str], shown: str) -> None:
    command = ["sh", "-c", "echo; read line", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # From now on it is surely that program.
        found = processes.program(process.pid, "")

    assert found == shown


def test_a_process_that_is_gone_has_no_program() -> None:
    with subprocess.Popen(["true"]) as process:
        pass

    assert processes.program(process.pid, "") == ""
