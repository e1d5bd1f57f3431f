"""`jarvis-ctx timeline`: everything in order, filtered, and followed while it happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import COMMAND, ROOT


@contextmanager
def following(store: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`timeline --follow --json` as a process; killed at the end, should it still run."""
    command = [*COMMAND, "timeline", "--follow", "--json", *options, "--path", str(store)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def read_line(child: subprocess.Popen[str]) -> tuple[str, str]:
    assert child.stdout is not None
    line = json.loads(child.stdout.readline())
    return line["kind"], line["subject"]


def test_it_tells_everything_in_order(dead: Path, call: Call) -> None:
    lines = json.loads(call("timeline", "--json", "--path", dead).stdout)

    kinds = [line["kind"] for line in lines]
    assert kinds[:2] == ["RunStarted", "TaskProgressed"]
    assert kinds[-2:] == ["RecoveryPointMarked", "TaskProgressed"]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))


def test_what_the_events_are_about_stands_in_one_column(dead: Path, call: Call) -> None:
    shown = call("timeline", "--path", dead).stdout.splitlines()

    point, task = (next(line for line in shown if kind in line) for kind in ("RecoveryPointMarked", "TaskProgressed"))
    assert point.index("phase one") == task.index("task-")


def test_events_that_are_in_the_journal_alone_are_told_too(store_path: Path, call: Call) -> None:
    with JarvisContextManager(store_path, handle_signals=False, drain_interval=3600) as manager:
        manager.update_task_progress("a", {})
        lines = json.loads(call("timeline", "--json", "--path", store_path).stdout)
        within = manager.insight.timeline().lines

    assert [line["subject"] for line in lines][-1] == "a"
    assert [line["number"] for line in within] == [line["number"] for line in lines]


def test_a_store_without_its_database_tells_it_from_the_journal(dead: Path, call: Call) -> None:
    before = call("timeline", "--json", "--path", dead).stdout
    for path in dead.glob("jarvis_context.db*"):
        path.unlink()

    assert call("timeline", "--json", "--path", dead).stdout == before


def test_kind_subject_since_and_limit_choose(dead: Path, call: Call) -> None:
    def subjects(*options: str) -> list[str]:
        return [line["subject"] for line in json.loads(call("timeline", "--json", *options, "--path", dead).stdout)]

    assert subjects("--kind", "TaskProgressed", "--limit", "2") == ["task-5", "task-1"]
    assert subjects("--kind", "TaskClaimed", "--kind", "StepStarted") == ["task-1", "task-1"]
    assert subjects("--subject", "task-1", "--kind", "TaskProgressed") == ["task-1", "task-1"]
    assert len(subjects("--since", "1d")) > 20
    assert subjects("--since", "2200-01-01") == []


def test_a_time_without_a_zone_is_utc_like_those_that_are_shown(dead: Path, call: Call) -> None:
    lines = json.loads(call("timeline", "--json", "--path", dead).stdout)
    last = lines[-1]["time"]

    found = [
        json.loads(call("timeline", "--json", "--since", said, "--path", dead).stdout) for said in (last, last[:-1])
    ]

    assert found[0] == found[1]
    assert found[0][-1] == lines[-1]
    assert len(found[0]) < len(lines)


def test_a_line_is_a_moment_a_kind_a_subject_and_what_was_said(dead: Path, call: Call) -> None:
    lines = call("timeline", "--kind", "StepStarted", "--path", dead).stdout.splitlines()

    (line,) = lines
    assert line.split()[2:4] == ["StepStarted", "task-1"]
    assert "name=publish_review" in line


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--kind", "TaskStartd", "did you mean Ta"), ("--since", "yesterday", "neither like 90s"), ("--limit", "0", "0")],
)
def test_what_cannot_be_meant_is_a_usage_error(dead: Path, call: Call, option: str, value: str, said: str) -> None:
    result = call("timeline", option, value, "--path", dead)

    assert result.exit_code == ExitCode.USAGE
    assert said in result.stderr


def test_it_follows_what_happens_until_it_is_interrupted(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager, following(store_path) as child:
        started = read_line(child)
        manager.update_task_progress("a", {})
        manager.heartbeat("parser")
        told = [read_line(child), read_line(child)]
        child.send_signal(signal.SIGINT)
        code, rest = child.wait(20), child.communicate()

    assert started[0] == "RunStarted"
    assert told == [("TaskProgressed", "a"), ("AgentSeen", "parser")]
    assert (code, rest) == (ExitCode.OK, ("", ""))


def test_it_follows_from_one_run_into_the_next(store_path: Path) -> None:
    JarvisContextManager(store_path, handle_signals=False).close()

    with following(store_path, "--kind", "RunStarted") as child:
        first = read_line(child)
        JarvisContextManager(store_path, handle_signals=False).close()
        second = read_line(child)

    assert first != second
    assert first[0] == second[0] == "RunStarted"


def test_an_attribute_with_a_secrets_name_and_a_captured_state_are_told_without_their_values(
    store_path: Path, call: Call
) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.set_attribute("api_key", "hunter2")
        body = {"captured": 1, "position": {}, "count": 1, "fields": [["pin", "json", "hunter2"]], "lost": []}
        manager.journal.append("StateCaptured", "Crew", body)
        manager.mark_recovery_point("before")
        manager.restore("before")

    printed = call("timeline", "--json", "--path", store_path).stdout

    told = {line["kind"]: line["body"] for line in json.loads(printed)}
    assert told["AttributeSet"] == {"name": "api_key", "value": "[redacted]"}
    assert told["StateCaptured"]["fields"] == {"pin": "json"}
    assert sorted(told["MomentRestored"]) == ["moment", "position", "stamp", "undo"]
    assert "hunter2" not in printed
