"""The audit trail on the command line, and what is noticed of a change in it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_exported_trail_verifies_and_no_changed_line_does(dead: Path, call: Call, tmp_path: Path, form: str) -> None:
    target = tmp_path / "trail"
    call("export", "--format", form, "--output", target, "--path", dead)
    lines = target.read_text().splitlines(keepends=True)
    whole = call("verify", target)

    broken = [lines[:5] + lines[6:], lines[:-1], [*lines[:4], lines[4].replace("a", "b", 1), *lines[5:]]]
    codes = []
    for changed in broken:
        target.write_text("".join(changed))
        codes.append(call("verify", target).exit_code)

    assert (whole.exit_code, codes, "21 events" in whole.stdout) == (0, [6, 6, 6], True)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_trail_shows_no_secret_and_no_formula(dead: Path, call: Call) -> None:
    with JarvisContextManager(dead, handle_signals=False) as manager:
        manager.update_task_progress("=cmd()", {"note": "token=sk-abcdefghijklmnopqrstuvwx123456"})

    rows = list(csv.reader(call("export", "--format", "csv", "--path", dead).stdout.splitlines()))
    told = [json.loads(line) for line in call("export", "--path", dead).stdout.splitlines()]

    assert "'=cmd()" in [row[5] for row in rows if len(row) > 5]
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert "sk-abc" not in str(rows) + str(told)


def test_a_backup_is_verified(dead: Path, call: Call, tmp_path: Path) -> None:
    call("backup", tmp_path / "b.tar.zst", "--path", dead)
    call("backup", tmp_path / "b", "--path", dead)
    (tmp_path / "b" / "run-jarvis.json").write_text("{}")

    codes = [call("verify", tmp_path / name).exit_code for name in ("b.tar.zst", "b")]

    assert codes == [0, 6]
