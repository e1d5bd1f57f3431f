"""How commands fail: one sentence on stderr, no traceback, a code with a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx import errors
from jarvis_ctx.cli.exits import MEANINGS, ExitCode, code_of
from jarvis_ctx.disk.files import private_folder
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import ROOT
from tests.faces.cli.test_reading import READING
from tests.unit.insight.spoils import WRONG

GONE = {"path": "p", "reason": "r"}


def test_every_exit_code_is_documented_with_its_meaning() -> None:
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    for code in ExitCode:
        assert f"| {code.value} | `{code.name}` | {MEANINGS[code]} |" in documented


def test_the_codes_keep_their_numbers() -> None:
    assert [(code.name, code.value) for code in ExitCode] == [
        ("OK", 0),
        ("FAILED", 1),
        ("USAGE", 2),
        ("NO_STORE", 3),
        ("NOT_RUNNING", 4),
        ("BUSY", 5),
        ("DAMAGED", 6),
        ("UNSAFE", 7),
        ("PROBLEMS", 8),
        ("GAVE_UP", 9),
        ("NOT_STARTED", 126),
        ("NO_COMMAND", 127),
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NoStore(path="p"), ExitCode.NO_STORE),
        (errors.BadValue(name="n", value=1, expected="e"), ExitCode.USAGE),
        (errors.AlreadyRunning(orchestrator="o", path="p", pid=1, host="h"), ExitCode.BUSY),
        (errors.StoreUnavailable(**GONE), ExitCode.BUSY),
        (errors.StoreDamaged(**GONE), ExitCode.DAMAGED),
        (errors.NotAnswered(orchestrator="o", path="p", seconds=1.0), ExitCode.BUSY),
        (errors.RequestFailed(orchestrator="o", path="p", reason="r"), ExitCode.FAILED),
        (errors.NewerSchema(path="p", found=9, known=1), ExitCode.DAMAGED),
        (errors.CorruptData(what="w", reason="r"), ExitCode.DAMAGED),
        (errors.UnsafeFolder(path="p", problem="p", remedy="r"), ExitCode.UNSAFE),
        (errors.JarvisError(), ExitCode.FAILED),
    ],
)
def test_an_error_ends_a_command_with_its_own_code(error: errors.JarvisError, code: ExitCode) -> None:
    assert code_of(error) is code


def test_a_folder_without_a_store_is_named_and_stays_as_it_was(tmp_path: Path, call: Call) -> None:
    result = call("status", "--path", tmp_path / "nowhere")

    assert result.exit_code == ExitCode.NO_STORE
    assert result.stderr.startswith(f"Error: There is no jarvis-ctx store in {tmp_path / 'nowhere'}; ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "nowhere").exists()


def test_an_orchestrator_that_is_not_there_is_answered_with_the_nearest_name(dead: Path, call: Call) -> None:
    result = call("status", "--path", dead, "--name", "jarvs")

    assert result.exit_code == ExitCode.NO_STORE
    assert "no orchestrator 'jarvs'" in result.stderr
    assert "did you mean jarvis?" in result.stderr


def test_a_bad_setting_is_a_usage_error(dead: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_STALE_AFTER", "soon")

    result = call("status", "--path", dead)

    assert result.exit_code == ExitCode.USAGE
    assert "stale_after is 'soon'" in result.stderr


def test_recover_without_dry_run_says_when_recovery_happens(dead: Path, call: Call) -> None:
    result = call("recover", "--path", dead)

    assert result.exit_code == ExitCode.USAGE
    assert "happens when the orchestrator starts" in result.stderr


def test_a_problem_makes_doctor_exit_with_its_code(dead: Path, call: Call) -> None:
    (dead / "secret.key").unlink()

    result = call("doctor", "--path", dead)

    assert result.exit_code == ExitCode.PROBLEMS
    assert result.stdout.splitlines()[1].startswith("problem  key")


def test_doctor_ends_well_on_a_store_that_is_well(dead: Path, call: Call) -> None:
    result = call("doctor", "--path", dead)

    assert result.exit_code == ExitCode.OK
    assert "0 problems, 2 warnings" in result.stdout


def test_a_health_check_of_a_dead_run_says_that_it_does_not_run(dead: Path, call: Call) -> None:
    assert call("status", "--check", "--path", dead).exit_code == ExitCode.NOT_RUNNING


def test_an_empty_store_is_no_error(tmp_path: Path, call: Call) -> None:
    private_folder(tmp_path / "store" / "journal")

    result = call("status", "--path", tmp_path / "store")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "jarvis has never run here")


@pytest.mark.parametrize("spoil", [case[0] for case in WRONG], ids=[case[0].__name__ for case in WRONG])
def test_whatever_is_damaged_every_command_still_answers(dead: Path, call: Call, spoil: Callable[[Path], None]) -> None:
    spoil(dead)

    results = [call(*command.split(), "--path", dead) for command in READING]

    assert [result.stderr for result in results] == [""] * len(READING)
    assert {result.exit_code for result in results} <= {ExitCode.OK, ExitCode.PROBLEMS}


def test_an_error_of_the_file_system_is_one_sentence_too(dead: Path, call: Call) -> None:
    (dead / "journal" / f"{0:016x}-000001.seg").mkdir()

    result = call("status", "--path", dead)

    assert result.exit_code == ExitCode.FAILED
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
