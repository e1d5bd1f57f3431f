"""What a terminal, a pipe and a hostile task name make of the screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import jarvis_ctx

SCREENS = ["status", "tasks", "agents", "decisions", "messages", "conversation", "timeline", "runs"]
SCREENS += ["recover --dry-run", "doctor", "config", "--help"]


@pytest.mark.parametrize("command", SCREENS)
def test_a_pipe_gets_eighty_columns_without_colour_or_trailing_space(dead: Path, command: str) -> None:
    result = jarvis_ctx("--path", dead, *command.split(), cwd=dead.parent)

    lines = result.stdout.splitlines()

    assert lines
    assert max(map(len, lines)) <= 80 + len(str(dead))
    assert [line for line in lines if line != line.rstrip() or "\x1b" in line] == []


def test_colour_is_asked_for_by_the_terminal_and_refused_by_no_color(dead: Path) -> None:
    coloured = jarvis_ctx("--path", dead, "status", cwd=dead.parent, FORCE_COLOR="1", TERM="xterm")
    plain = jarvis_ctx("--path", dead, "status", cwd=dead.parent, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1")

    assert "\x1b[1;31m" in coloured.stdout
    assert "[31m" not in plain.stdout
    assert ";31m" not in plain.stdout


def test_what_people_stored_cannot_write_to_the_terminal(store_path: Path, call: Call) -> None:
    hostile = "\x1b[2J[bold red]x[/]\r\nsecond line"
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress(hostile, {"description": hostile, "status": hostile, "agent": hostile})
        manager.update_agent_state(hostile, {"status": hostile})
        manager.log_decision(hostile, hostile, hostile, hostile, hostile)
        manager.log_agent_message(hostile, hostile, hostile)
        manager.add_message(hostile, hostile)

    screens = "".join(call("--path", store_path, *command.split()).stdout for command in SCREENS)

    assert "\x1b" not in screens
    assert "\r" not in screens
    assert "[bold red]x[/]" in screens


def test_nothing_of_a_long_id_is_cut(store_path: Path, call: Call) -> None:
    name = "assign_task-" + "0123456789abcdef" * 6
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress(name, {"description": "short"})

    lines = call("--path", store_path, "tasks").stdout.splitlines()[1:-2]

    assert "".join(line.split()[0] for line in lines) == name


def test_a_task_that_a_death_cut_off_is_shown_as_interrupted(store_path: Path, call: Call) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.journal.append("TaskClaimed", "a", {"method": "assign_task", "attempt": 1, "key": "k"})
        manager.journal.append("TaskInterrupted", "a", {"key": "k", "counts": False, "worker": True})

    screens = [" ".join(call("--path", store_path, command).stdout.split()) for command in ("tasks", "status")]

    assert ["interrupted by the death of its process" in screen for screen in screens] == [True, True]
