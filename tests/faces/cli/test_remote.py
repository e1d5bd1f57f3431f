"""Every command that reads says the same of a store here and of its API elsewhere, byte by byte."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.cli import main
from jarvis_ctx.clock import SystemClock
from tests.faces.cli.conftest import Call
from tests.faces.cli.served import Served, served

READING: dict[str, list[object]] = {
    "status": [],
    "tasks": [],
    "tasks of one status": ["tasks", "--status", "polishing"],
    "tasks of none": ["tasks", "--status", "nowhere"],
    "agents": [],
    "decisions": [],
    "the last decision": ["decisions", "--limit", 1],
    "messages": [],
    "conversation": [],
    "timeline": ["timeline", "--limit", 1000],
    "timeline of a kind": ["timeline", "--kind", "TaskClaimed", "--kind", "DecisionLogged", "--limit", 3],
    "timeline of a subject": ["timeline", "--subject", "task-1", "--since", "30d"],
    "runs": [],
    "resources": [],
    "report": [],
    "points": [],
    "diff": ["diff", "phase one"],
    "doctor": [],
    "verify": [],
    "recover --dry-run": ["recover", "--dry-run"],
    "recover from a point": ["recover", "--dry-run", "--point", "phase one"],
}
"""What is asked, by what it is called in a failure."""
EXPORTS: list[list[object]] = [
    [],
    ["--format", "csv", "--kind", "TaskClaimed", "--kind", "DecisionLogged"],
    ["--since", "30d"],
]
HERE: dict[str, list[object]] = {
    **{name: [name] for name in ("rebuild", "rekey", "config", "serve", "dashboard")},
    "backup": ["backup", "elsewhere"],
    "restore-backup": ["restore-backup", "."],
    "purge": ["purge", "--value", "x"],
    "run": ["run", "--", "true"],
    "token": ["token", "show"],
    "tasks --release": ["tasks", "--release", "task-1"],
    "recover --from": ["recover", "--from", "json"],
    "recover --dry-run": ["recover", "--dry-run", "--from", "/etc/passwd"],
    "verify": ["verify", "."],
}
"""What an API is not asked for."""
TOLD_AFAR = {"checkpoint", "mark", "restore", "cleanup"}
"""What is done over an API: tests/faces/cli/test_orders.py."""
WITHOUT_A_STORE = {"explain", "completion", "demo"}


@pytest.fixture(scope="module")
def shown(killed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Served]]:
    """A dead store and its API, at a time that stands still."""
    store = Path(shutil.copytree(killed, tmp_path_factory.mktemp("shown") / "store"))
    now = time.time_ns() // 1000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SystemClock, "wall", lambda self: now)
        patch.setattr(SystemClock, "steady", lambda self: 0.0)
        with served(store) as api:
            yield store, api


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, shown: tuple[Path, Served]) -> Served:
    """The API, its token in the environment."""
    monkeypatch.setenv("JARVIS_TOKEN", shown[1].token)
    monkeypatch.setenv("COLUMNS", "200")
    return shown[1]


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("asked", READING)
def test_a_command_says_the_same_here_and_there(
    asked: str, form: list[str], call: Call, there: Served, shown: tuple[Path, Served]
) -> None:
    command = [*(READING[asked] or [asked]), *form]

    here, away = call("--path", shown[0], *command), call("--url", there.url, *command)

    assert away.output == here.output.replace(str(shown[0]), "(store)")
    assert (here.exit_code, away.exit_code, here.stderr) == (0, 0, "")


@pytest.mark.parametrize("options", EXPORTS, ids=["whole", "csv", "since"])
def test_an_export_is_the_same_here_and_there_and_verifies(
    options: list[object], call: Call, there: Served, shown: tuple[Path, Served], tmp_path: Path
) -> None:
    target = tmp_path / "trail"

    here, away = (call(*place, "export", *options) for place in (("--path", shown[0]), ("--url", there.url)))
    written = call("--url", there.url, "export", *options, "--output", target)

    assert (away.output, written.exit_code, call("verify", target).exit_code) == (here.output, 0, 0)
    assert target.read_text() == here.stdout


@pytest.mark.parametrize("command", HERE)
def test_what_an_api_is_not_asked_for_is_refused_with_the_reason(command: str, call: Call, there: Served) -> None:
    result = call("--url", there.url, *HERE[command])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith(("Error: --url ", f"Error: {command}", "Error: --", "Error: '--"))


def test_a_backup_that_is_put_back_is_refused_as_that(call: Call, there: Served) -> None:
    result = call("--url", there.url, "restore-backup", ".")

    assert result.stderr.splitlines()[-1] == "Error: --url is of no use here: a backup is put back into a folder here."


def test_no_command_is_forgotten() -> None:
    compared = {str((READING[asked] or [asked])[0]) for asked in READING} | {"export"}

    refused = {str(command[0]) for command in HERE.values()}

    assert set(main.commands) == compared | refused | TOLD_AFAR | WITHOUT_A_STORE


@pytest.mark.parametrize("command", [["report"], ["report", "--json"], ["runs"], ["status", "--json"]])
def test_so_it_is_after_a_recovery(command: list[str], call: Call, dead: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JarvisContextManager(dead, handle_signals=False):
        pass
    now = time.time_ns() // 1000
    monkeypatch.setattr(SystemClock, "wall", lambda self: now)
    monkeypatch.setenv("COLUMNS", "200")

    with served(dead) as api:
        monkeypatch.setenv("JARVIS_TOKEN", api.token)
        here, away = call("--path", dead, *command), call("--url", api.url, *command)

    assert away.output == here.output.replace(str(dead), "(store)")
    assert (here.exit_code, away.exit_code) == (0, 0)
