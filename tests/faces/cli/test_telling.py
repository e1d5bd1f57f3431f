"""Messages, conversation, runs, settings, and what shells are told."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from jarvis_ctx.cli.completion import PROGRAM, SHELLS, VARIABLE
from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import COMMAND, ROOT, jarvis_ctx
from tests.unit.insight.dying import living


def test_messages_and_conversation_show_who_said_what(dead: Path, call: Call) -> None:
    messages, conversation = call("messages", "--path", dead).stdout, call("conversation", "--path", dead).stdout

    assert messages.startswith("parser -> editor  20")
    assert "{'done': {1, 2}}" in messages
    assert conversation.startswith("user  20")
    assert "please review" in conversation


def test_the_limit_counts_from_the_newest(store_path: Path, call: Call) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        for number in range(5):
            manager.log_agent_message("a", "b", number)
            manager.add_message("user", number)

    found = [
        json.loads(call(noun, "--json", "--limit", "2", "--path", store_path).stdout)
        for noun in ("messages", "conversation")
    ]

    assert [[entry["content"] for entry in entries] for entries in found] == [[3, 4], [3, 4]]


def test_runs_tell_how_each_ended(dead: Path, call: Call) -> None:
    before = call("runs", "--path", dead).stdout
    JarvisContextManager(dead, handle_signals=False).close()
    after = json.loads(call("runs", "--json", "--path", dead).stdout)

    assert "dead" in before
    assert "none recorded. It was ended from outside" in " ".join(before.split())
    assert [(run["state"], run["ending"], run["cause"]) for run in after] == [
        ("dead", None, "killed"),
        ("ended", "closed", None),
    ]


def test_on_a_live_store_the_last_run_lives_and_everything_said_is_shown(tmp_path: Path, call: Call) -> None:
    with living(tmp_path / "store"):
        said = {
            noun: json.loads(call(noun, "--json", "--path", tmp_path / "store").stdout)
            for noun in ("runs", "messages", "conversation", "timeline")
        }

    assert [run["state"] for run in said["runs"]] == ["live"]
    assert [message["sender"] for message in said["messages"]] == ["parser"]
    assert [turn["role"] for turn in said["conversation"]] == ["user"]
    assert said["timeline"][0]["kind"] == "RunStarted"


def test_an_empty_store_has_nothing_to_tell(tmp_path: Path, call: Call) -> None:
    (tmp_path / "store" / "journal").mkdir(parents=True, mode=0o700)

    said = [
        call(noun, "--path", tmp_path / "store").stdout for noun in ("messages", "conversation", "timeline", "runs")
    ]

    assert said == ["No messages.\n", "No conversation.\n", "No events.\n", "No runs.\n"]


def test_config_names_the_source_of_each_setting(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jarvis_ctx.yaml").write_text("resume: skip\nname: of-the-file\n")
    (tmp_path / ".env").write_text("JARVIS_STALE_AFTER=60\n")
    monkeypatch.setenv("JARVIS_NAME", "of-the-environment")

    found = json.loads(call("config", "--path", "here", "--json").stdout)

    shown = {line["setting"]: (line["value"], line["source"]) for line in found}
    assert shown["path"] == ("here", "an argument")
    assert shown["name"] == ("of-the-environment", "the environment")
    assert shown["stale_after"] == (60, ".env")
    assert shown["resume"] == ("skip", "the configuration file")
    assert shown["durability"] == ("process", "the default")
    assert list(shown) == list(Settings.__struct_fields__)


def test_config_prints_an_example_that_can_be_used_as_it_is(call: Call) -> None:
    example = call("config", "--example").stdout

    assert example == (ROOT / "config" / "jarvis_ctx.yaml").read_text(encoding="utf-8")
    assert call("config", "--example", "--json").exit_code == ExitCode.USAGE


def test_a_wrong_setting_is_named_by_config_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_RESUME", "skipp")

    result = call("config")

    assert result.exit_code == ExitCode.USAGE
    assert "did you mean skip?" in result.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_for_the_program(call: Call, shell: str) -> None:
    script = call("completion", shell).stdout

    assert PROGRAM in script
    assert f"{VARIABLE}={shell}_complete" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_takes_the_script_and_is_answered_with_commands_and_kinds(tmp_path: Path) -> None:
    script = jarvis_ctx("completion", "bash", cwd=tmp_path).stdout
    loaded = subprocess.run(
        ["bash", "-c", f"{script}\ncomplete -p {PROGRAM}"], capture_output=True, text=True, check=True
    )
    answers = [
        subprocess.run(
            [*COMMAND[:-1], f"from jarvis_ctx.cli import main; main(prog_name={PROGRAM!r})"],
            env={"PYTHONPATH": str(ROOT / "src"), VARIABLE: "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for words, place in ((f"{PROGRAM} tim", "1"), (f"{PROGRAM} timeline --kind TaskCl", "3"))
    ]

    assert PROGRAM in loaded.stdout
    assert answers == ["plain,timeline\n", "plain,TaskClaimed\n"]
