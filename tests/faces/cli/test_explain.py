"""`explain` and `demo`: what is captured of a class, and the example."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis_ctx.cli.exits import ExitCode
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import ROOT, jarvis_ctx

SOURCE = """
class Reviewer:
    def assign_task(self, task_id, description): ...
    def assignTask(self, task): ...
    def _start_task(self, task_id): ...
    def publish(self): ...

class Quiet:
    def fetch(self, url): ...
    def finish_url(self, url): ...
    def _helper(self): ...
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a module of the person's own."""
    (tmp_path / "reviewing.py").write_text(SOURCE)
    (tmp_path / "broken.py").write_text("raise OSError('no licence')")
    return tmp_path


def test_explain_says_what_is_captured_and_where_its_parts_come_from(folder: Path) -> None:
    result = jarvis_ctx("explain", "reviewing:Reviewer", cwd=folder)

    assert result.stdout.startswith("assign_task  claim, sync, by convention\n  id ")
    assert "argument task_id" in result.stdout
    assert "\nnot captured: publish (say so with tasks=, decisions=, steps=" in result.stdout


def test_explain_says_how_to_name_methods_where_nothing_is_captured(folder: Path) -> None:
    result = jarvis_ctx("explain", "reviewing:Quiet", cwd=folder)

    assert "Name some with tasks=[...], decisions=[...] or steps={...}." in result.stdout
    assert "not captured: fetch, finish_url (say so with" in result.stdout


def test_explain_says_why_near_misses_are_not_captured(folder: Path) -> None:
    result = jarvis_ctx("explain", "reviewing:Reviewer", "--json", cwd=folder)

    missed = {method["method"]: method["reason"] for method in json.loads(result.stdout) if not method["captured"]}
    assert "the nearest is assign_task" in missed["assignTask"]
    assert "its name is private" in missed["_start_task"]


def test_every_key_of_its_json_is_documented(folder: Path) -> None:
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("### `explain --json`")[2]

    printed = json.loads(jarvis_ctx("explain", "reviewing:Reviewer", "--json", cwd=folder).stdout)

    assert [key for key in printed[0] if f"`{key}`" not in documented] == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("reviewing", "is not of the form module:Class"),
        ("reviewing:Revewer", "has no attribute 'Revewer'"),
        ("nowhere:Class", "No module named 'nowhere'"),
        ("broken:Class", "OSError: no licence"),
        ("json:dumps", "is no class"),
    ],
)
def test_a_class_that_is_not_there_is_a_usage_error(folder: Path, target: str, words: str) -> None:
    result = jarvis_ctx("explain", target, cwd=folder)

    assert (result.returncode, result.stdout) == (ExitCode.USAGE, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_the_demo_is_run_with_its_own_options(tmp_path: Path) -> None:
    result = jarvis_ctx("demo", "--help", cwd=tmp_path)

    assert result.returncode == 0
    assert "--seed" in result.stdout


def test_without_the_examples_the_demo_says_how_to_get_them(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis_ctx.cli.demo.MODULE", "examples.somewhere.else")

    result = call("demo")

    assert result.exit_code == ExitCode.FAILED
    assert "make demo" in result.stderr
