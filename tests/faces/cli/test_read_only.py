"""Who may only read a store sees everything in it, and nothing in the folder changes, to the byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faces.cli.processes import ROOT
from tests.unit.insight.folders import listing

QUESTIONS = [
    "status",
    "tasks",
    "agents",
    "decisions",
    "messages",
    "conversation",
    "report",
    "timeline",
    "runs",
    "points",
]
CHILD = """
import json, os, sys
from click.testing import CliRunner
from jarvis_ctx.cli import main
store, questions = sys.argv[1], sys.argv[2:]
try:
    open(os.path.join(store, "writable"), "w")
    sys.exit("the folder can be written")
except PermissionError:
    pass
told = {}
for question in questions:
    done = CliRunner().invoke(main, [*question.split(), "--path", store])
    told[question] = [done.exit_code, done.output]
print(json.dumps(told))
"""
BOUND = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
"""Root may write everywhere, unless it gives that up."""


@pytest.fixture
def read_only(dead: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the user who looks, who may write nothing of it."""
    store = Path(shutil.copytree(dead, tmp_path_factory.mktemp("shown") / "store"))
    if BOUND and not shutil.which(BOUND[0]):
        pytest.skip("root cannot give up its right to write here")
    for path in [*store.rglob("*"), store]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    return store


def asked(store: Path, *questions: str) -> dict[str, tuple[int, str]]:
    """What each command answers, in a process that cannot write there."""
    child = subprocess.run(
        [*BOUND, sys.executable, "-c", CHILD, store, *questions],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return {question: tuple(answer) for question, answer in json.loads(child.stdout).items()}


def test_every_question_is_answered_and_nothing_is_written(read_only: Path) -> None:
    before = listing(read_only)

    answers = asked(read_only, *QUESTIONS, "doctor")

    assert {question: answers[question] for question in QUESTIONS if answers[question][0] != 0} == {}
    assert "It opens: sqlite" in answers["doctor"][1]
    assert listing(read_only) == before


def test_a_copy_without_its_index_is_read_too_and_gets_none(read_only: Path) -> None:
    read_only.chmod(0o700)
    (read_only / "jarvis_context.db-shm").unlink(missing_ok=True)
    read_only.chmod(0o500)
    before = listing(read_only)

    answers = asked(read_only, "tasks", "decisions", "status")

    assert {code for code, _ in answers.values()} == {0}
    assert listing(read_only) == before


def test_what_would_write_says_so_and_writes_nothing(read_only: Path) -> None:
    before = listing(read_only)

    answers = asked(read_only, "checkpoint", "cleanup --yes", "rebuild")

    assert {question for question, (code, _) in answers.items() if code == 0} == set()
    assert "Traceback" not in str(answers)
    assert listing(read_only) == before
