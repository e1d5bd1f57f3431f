"""A hundred secrets are told in every way there is, and no view shows one."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from jarvis_ctx.cli import main
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.planted_secrets import PLANTED, PROBE

COMMANDS = [
    command + how
    for command in (
        ["status"],
        ["tasks"],
        ["agents"],
        ["decisions", "--limit", "200"],
        ["messages", "--limit", "200"],
        ["conversation", "--limit", "200"],
        ["timeline", "--limit", "2000"],
        ["runs"],
        ["recover", "--dry-run"],
        ["doctor"],
    )
    for how in ([], ["--json"])
] + [["export"], ["export", "--format", "csv"]]


def leaked(path: Path, secrets: str) -> Path:
    """The store of a process that told every secret and was killed."""
    path.mkdir(mode=0o700)
    subprocess.run([sys.executable, "-m", "tests.unit.sidecar.leaking", str(path), secrets], check=False, timeout=120)
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a store, with `secrets="keep"`; not to be touched."""
    return leaked(tmp_path_factory.mktemp("kept") / "store", "keep")


@pytest.fixture
def dead(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "dead"))


def test_there_are_a_hundred_secrets() -> None:
    assert len(PLANTED) >= 100


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(kept: Path, command: list[str]) -> None:
    done = CliRunner(env={"COLUMNS": "300"}).invoke(main, ["--path", str(kept), *command])

    assert "decisions" not in command or "[redacted]" in done.output
    assert not PROBE.search(done.output)


def test_no_answer_from_outside_shows_a_secret(kept: Path) -> None:
    view = open_view(kept)
    try:
        insight = Insight(view)
        shown = repr([insight.messages(200), insight.conversation(200), insight.attributes(), insight.runs()])
    finally:
        view.close()

    assert shown.count("[redacted]") >= 3 * len(PLANTED)
    assert not PROBE.search(shown)


def test_neither_report_nor_log_nor_a_kept_traceback_has_a_secret(dead: Path) -> None:
    with JarvisContextManager(dead, log_file=str(dead / "log.txt")) as manager:
        report = manager.recovery_report
        files = [path.read_text() for path in (*dead.glob("recovery_report_*"), dead / "log.txt")]
        failures = [a for task in manager.journal.writer.state.tasks.values() for a in task.attempts.values()]

    assert report is not None
    assert len(files) == 2
    assert not PROBE.search(repr([report, files, failures[:-1]]))
    assert "was not captured" in files[1]


def test_a_program_gets_back_what_it_has_set_secrets_too(dead: Path) -> None:
    with JarvisContextManager(dead) as manager:
        found = manager.attributes()

    assert list(found.values()) == list(PLANTED)


def test_dropped_secrets_are_nowhere_in_the_folder(tmp_path: Path) -> None:
    store = leaked(tmp_path / "store", "drop")
    with JarvisContextManager(store, secrets="drop", log_file=str(store / "log.txt"), durability="process") as manager:
        answers = manager.journal.writer.state.tasks["answers"]
        manager.checkpoint()

    files = {path.name: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    assert [name for name, data in files.items() if b"PLANTED" in data] == []
    assert [attempt.lost for attempt in answers.attempts.values()] == [
        "it holds a secret, and secrets='drop' keeps none"
    ]


def test_the_log_has_no_secret_whoever_handles_it(store_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with JarvisContextManager(store_path, secret_names="pin"):
        try:
            raise ValueError("token=PLANTED01")
        except ValueError:
            logging.getLogger("jarvis_ctx").exception("with %s", "pin: PLANTED01")

    assert "with pin: [redacted]" in caplog.text
    assert "ValueError: token=[redacted]" in caplog.text
    assert not PROBE.search(caplog.text)
