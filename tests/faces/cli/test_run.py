"""`jarvis-ctx run` as a person starts it: what it says, and what it ends with."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from jarvis_ctx.cli.run import OPTIONS, run
from jarvis_ctx.liveness import supervised
from jarvis_ctx.model.run import Cause
from jarvis_ctx.settings import FIELDS
from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.processes import COMMAND, ROOT, jarvis_ctx

PAGE = (ROOT / "docs" / "supervisor.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(--[a-z-]+)[^|]*\| (?:`(\w+)` )?", re.MULTILINE)


def test_what_happens_is_said_and_the_exit_code_is_the_command_s(tmp_path: Path) -> None:
    done = jarvis_ctx("run", "--restart", "never", "--", "sh", "-c", "echo out; echo err >&2; exit 3", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (3, "out\n")
    assert re.fullmatch(
        r"jarvis-ctx: Started sh -c 'echo out; echo err >&2; exit 3' as process (\d+)\.\n"
        r"err\n"
        r"jarvis-ctx: Process \1 ended after \d+ ms\. It ended with exit code 3\.\n",
        done.stderr,
    )


def test_a_command_that_dies_too_often_is_given_up_with_words_on_what_to_do(tmp_path: Path) -> None:
    done = jarvis_ctx("run", "--max-restarts", "1", "--path", "store", "--", "false", cwd=tmp_path)

    assert done.returncode == 9
    assert "jarvis-ctx: Starts again in " in done.stderr
    assert "jarvis-ctx dashboard opens the store again, jarvis-ctx report says why its runs died" in done.stderr
    assert done.stderr.endswith("jarvis-ctx doctor says more. Mend the cause, then run it again.\n")


def test_programs_are_told_in_json_an_object_to_a_line(tmp_path: Path) -> None:
    done = jarvis_ctx("run", "--json", "--", "sh", "-c", "kill -TERM $$", cwd=tmp_path)

    started, ended = map(json.loads, done.stderr.splitlines())
    assert (done.returncode, started["event"], ended["event"]) == (143, "started", "ended")
    assert (ended["pid"], ended["how"], ended["signal"], ended["failed"]) == (
        started["pid"],
        "signal",
        "SIGTERM",
        False,
    )


def test_nobody_needs_to_read_what_is_said(tmp_path: Path) -> None:
    command, buffered = [*COMMAND, "run", "--max-restarts", "1", "--", "false"], {**os.environ, "PYTHONUNBUFFERED": ""}
    reader, writer = os.pipe()
    os.close(reader)

    with os.fdopen(writer, "wb") as nobody:
        code = subprocess.call(command, cwd=tmp_path, env=buffered, stderr=nobody)

    record = supervised.read(tmp_path / "memory/context/jarvis", "jarvis")
    assert record is not None
    assert (code, len(record.deaths)) == (9, 2)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (
            ("no-such-program",),
            127,
            "The command 'no-such-program' cannot be started: there is no such program in PATH.",
        ),
        (("/etc/passwd",), 126, "The command '/etc/passwd' cannot be started: Permission denied."),
        (("--path", "/proc/store", "--", "true"), 1, "/proc/store: No such file or directory."),
        (("--restart", "sometimes", "--", "true"), 2, "Setting restart is 'sometimes' from an argument, expected on-f"),
        (("--memory-limit", "much", "--", "true"), 2, "Setting memory_limit is 'much' from an argument, expected a si"),
        (("--hang-timeout", "-1", "--", "true"), 2, "Setting hang_timeout is -1.0 from an argument, expected seconds"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(command: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    done = jarvis_ctx("run", *command, cwd=tmp_path)

    assert done.returncode == code
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 1


def test_without_a_name_it_is_not_started_beside_any_orchestrator_that_runs_in_the_store(tmp_path: Path) -> None:
    with JarvisContextManager(tmp_path / "store", name="slow", handle_signals=False):
        refused = jarvis_ctx("run", "--path", "store", "--", "true", cwd=tmp_path)
        named = jarvis_ctx("run", "--path", "store", "--name", "letters", "--", "true", cwd=tmp_path)

    assert (refused.returncode, named.returncode) == (5, 0)
    assert refused.stderr.startswith("Error: 'slow' runs in ")


def test_the_store_that_was_named_is_the_command_s_too(tmp_path: Path) -> None:
    shown = "echo $JARVIS_CONTEXT_PATH $JARVIS_NAME"

    done = jarvis_ctx("run", "--path", "store", "--name", "letters", "--", "sh", "-c", shown, cwd=tmp_path)

    assert done.stdout == f"{tmp_path / 'store'} letters\n"


def test_a_log_file_gets_what_the_command_writes_and_it_is_passed_on(tmp_path: Path) -> None:
    done = jarvis_ctx("run", "--log-file", "out.log", "--", "sh", "-c", "echo out; echo err >&2", cwd=tmp_path)

    assert done.stdout == "out\n"
    assert "err\n" in done.stderr
    assert sorted((tmp_path / "out.log").read_text().split()) == ["err", "out"]


def test_systemd_is_told_and_the_command_does_not_inherit_its_socket(tmp_path: Path) -> None:
    command = ("sh", "-c", "echo [$NOTIFY_SOCKET]; kill $PPID; sleep 10")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))

        done = jarvis_ctx("run", "--", *command, cwd=tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify"))

        told = [listener.recv(4096).decode() for _ in range(2)]
    assert (done.returncode, done.stdout) == (143, "[]\n")
    assert (told[0].splitlines()[0], told[1]) == ("READY=1", "STOPPING=1")


def test_secrets_are_not_written_down(tmp_path: Path) -> None:
    secret = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    command = ("sh", "-c", 'echo "key is $2" >&2; exit 3', "x", "--api-key", secret)

    done = jarvis_ctx("run", "--restart", "never", "--json", "--path", "store", "--", *command, cwd=tmp_path)

    record = supervised.read(tmp_path / "store", "jarvis")
    said = [line for line in done.stderr.splitlines() if line.startswith("{")]
    assert record is not None
    assert record.deaths[0].stderr == ["key is [redacted]"]
    assert all(secret not in path.read_text() for path in (tmp_path / "store").glob("*.json"))
    assert secret not in "".join(said)


def test_what_is_left_of_a_command_is_its_record_alone(tmp_path: Path) -> None:
    jarvis_ctx("run", "--log-file", "out.log", "--path", "store", "--", "true", cwd=tmp_path)

    names = {path.name for path in (tmp_path / "store").iterdir()}
    assert names == {"supervised-jarvis.json", "supervised-jarvis.lock", "resources-jarvis.ring"}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "store").iterdir()} == {0o600}


def test_every_option_is_documented_with_the_setting_of_the_same_meaning() -> None:
    rows = {option: setting for option, setting in ROW.findall(PAGE) if setting in (*OPTIONS.values(), "", "path")}

    spelled = {f"--{option.replace('_', '-')}": setting for option, setting in OPTIONS.items()}
    options = {name for option in run.params for name in option.opts if name.startswith("--")}

    assert {option: setting for option, setting in rows.items() if setting in OPTIONS.values()} == spelled
    assert {option for option in options if f"`{option}" not in PAGE} == set()
    assert set(OPTIONS.values()) <= set(FIELDS)


def test_the_help_tells_the_defaults_of_the_settings() -> None:
    helped = {option.name: getattr(option, "help", "") for option in run.params}

    defaults = {name: FIELDS[OPTIONS[name]].default for name in ("restart", "max_restarts", "within", "term_grace")}

    assert {name: helped[name].rpartition("[default: ")[2] for name in defaults} == {
        name: f"{default:g}]" if isinstance(default, float) else f"{default}]" for name, default in defaults.items()
    }
    assert (FIELDS["hang_timeout"].default, FIELDS["memory_limit"].default, FIELDS["output_log"].default) == (0, "", "")


def test_every_cause_of_death_has_its_row() -> None:
    section = PAGE[PAGE.index("## Causes of death") :].split("\n## ")[0]

    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == sorted(get_args(Cause))
