"""Every command that reads: on a dead store, in words and in JSON, without a trace."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.cli import main
from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.supervised import Death, Supervised
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import ROOT
from tests.unit.insight.folders import listing

READING = ["status", "tasks", "agents", "decisions", "messages", "conversation", "timeline", "runs", "report"]
READING += ["recover --dry-run", "doctor", "points", "config", "resources"]
DOCUMENTED = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_leaves_a_dead_store_as_it_was(dead: Path, call: Call, command: str, form: str) -> None:
    before = listing(dead)

    result = call(*command.split(), *form.split(), "--path", dead)

    assert (result.exit_code, result.stderr) == (0, "")
    assert listing(dead) == before


@pytest.mark.parametrize("command", READING)
def test_every_key_of_json_is_documented(dead: Path, call: Call, command: str) -> None:
    printed = json.loads(call(*command.split(), "--json", "--path", dead).stdout)

    section = DOCUMENTED[DOCUMENTED.index(f"### `{command} --json`") :].split("\n### ")[0]
    keys = printed[0].keys() if isinstance(printed, list) else (printed or {}).keys()

    assert [key for key in keys if f"`{key}`" not in section] == []


def test_a_report_is_printed_with_its_documented_keys(dead: Path, call: Call) -> None:
    printed = json.loads(call("recover", "--dry-run", "--json", "--path", dead).stdout)["report"]

    section = DOCUMENTED[DOCUMENTED.index("### `report --json`") :].split("\n### ")[0]

    assert [key for key in printed if f"`{key}`" not in section] == []


def test_status_says_at_once_that_it_is_dead_and_what_to_do(dead: Path, call: Call) -> None:
    lines = call("status", "--path", dead).stdout.splitlines()

    assert lines[0].startswith("jarvis is dead: last heard of 20")
    assert "jarvis-ctx recover --dry-run" in lines[1]
    assert any("1 step in doubt" in line for line in lines)


def test_status_of_a_dead_one_tells_what_its_supervisor_saw(dead: Path, call: Call) -> None:
    here = identity.this_process()
    death = Death(
        process=here, runs={"jarvis": "1"}, began=0, ended=1, how="signal", sentence="It was ended by SIGKILL."
    )
    supervised.write(dead, Supervised(name="jarvis", supervisor=here, command=["x"], deaths=[death], over=True))

    shown = " ".join(call("status", "--path", dead).stdout.split())

    assert "The last that its supervisor saw: It was ended by SIGKILL." in shown


def test_tasks_shows_progress_status_and_blockers(dead: Path, call: Call) -> None:
    everything = call("tasks", "--path", dead).stdout
    blocked = call("tasks", "--status", "blocked", "--path", dead).stdout

    assert re.search(r"task-1 +in progress +55% +parser +Review module 1", everything)
    assert "6 tasks" in everything
    assert "blocked by task-0" in blocked
    assert "task-1" not in blocked


def test_json_gives_back_what_was_stored_tagged_where_json_has_no_word_for_it(dead: Path, call: Call) -> None:
    (task, *_) = json.loads(call("tasks", "--json", "--path", dead).stdout)

    assert task["metadata"] == {"due": {"$date": "2026-11-21"}, "lines": {"$tuple": [1, 80]}}


def test_agents_shows_who_fell_silent_and_who_left(dead: Path, call: Call) -> None:
    screen = call("agents", "--path", dead).stdout

    assert re.search(r"metrics +gone", screen)
    assert re.search(r"parser +ended .* task-0, task-1, task-3, task-5", screen)
    assert "stale after 3 min 20 s" in screen  # As its program says.


def test_decisions_shows_reasons_and_the_limit_counts_from_the_newest(dead: Path, call: Call) -> None:
    screen = call("decisions", "--limit", "1", "--path", dead).stdout

    assert "severity" in screen
    assert "{'file': 2}" in screen
    assert "['too long']" in screen
    assert "{'file': 1}" not in screen


def test_report_says_so_when_there_has_been_no_recovery(dead: Path, call: Call) -> None:
    assert call("report", "--path", dead).stdout == "There has been no recovery here.\n"
    assert call("report", "--json", "--path", dead).stdout == "null\n"


def test_report_drops_a_step_in_doubt_once_it_is_settled(dead: Path, call: Call) -> None:
    with JarvisContextManager(dead, handle_signals=False) as manager:
        before = call("report", "--path", dead).stdout
        manager.journal.append("StepStarted", "task-1", {"key": "s1", "name": "publish_review"})
        after = call("report", "--path", dead).stdout

    assert "1 step in doubt" in before
    assert "in doubt" not in after


def test_tasks_of_an_unknown_status_names_the_statuses_there_are(dead: Path, call: Call) -> None:
    screen = call("tasks", "--status", "banana", "--path", dead).stdout

    there = "blocked, completed, failed, in_progress, pending, polishing"
    assert " ".join(screen.split()) == f"No tasks with status 'banana'; there are: {there}."


def test_the_folder_of_a_program_names_the_store_in_it(dead: Path, tmp_path: Path, call: Call) -> None:
    store = tmp_path / "program" / "memory" / "context" / "jarvis"
    store.parent.mkdir(parents=True)
    dead.rename(store)

    for folder in (tmp_path / "program", store.parent):
        assert f"(there is one in {store})" in call("status", "--path", folder).stderr


def test_every_command_and_option_is_documented() -> None:
    commands = main.commands.values()
    options = {spelling for command in commands for option in command.params for spelling in option.opts}

    assert [command.name for command in commands if f"| `{command.name}" not in DOCUMENTED] == []
    assert [spelling for spelling in options if spelling.startswith("--") and spelling not in DOCUMENTED] == []


def test_a_quarantined_task_is_released_by_its_id_and_the_list_shows_it(dead: Path, call: Call) -> None:
    with JarvisContextManager(dead, handle_signals=False) as manager:
        manager.journal.append("TaskQuarantined", "bad", {"cause": "It killed."})

    released = call("tasks", "--release", "bad", "--json", "--path", dead)
    again = call("tasks", "--release", "bad", "--path", dead)

    assert {task["id"]: task["quarantined"] for task in json.loads(released.stdout)}["bad"] == ""
    assert released.stderr == "Task bad was released from quarantine: its next call runs again.\n"
    assert (again.exit_code, again.stderr) == (1, "Error: Task 'bad' is not quarantined; these are: none.\n")
