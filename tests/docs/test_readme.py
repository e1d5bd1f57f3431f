"""The README tells the truth: its code runs and survives a kill, its links lead somewhere, its demo is proven."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis_ctx import JarvisContextManager

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAUSE = threading.Event()


def sent(folder: Path) -> list[str]:
    outbox = folder / "outbox.txt"
    return outbox.read_text().splitlines() if outbox.exists() else []


def test_the_twenty_lines_survive_a_kill_and_send_no_letter_twice(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    program = tmp_path / "letters.py"
    program.write_text(code)
    with subprocess.Popen([sys.executable, program], cwd=tmp_path) as first:
        while first.poll() is None and len(sent(tmp_path)) < 100:
            PAUSE.wait(0.005)
        first.kill()

    again = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert again.stdout.splitlines()[-1] == "300 letters sent", again.stderr
    assert again.stdout.startswith("It was ended from outside")
    assert sent(tmp_path) == [f"Dear guest {number}, welcome!" for number in range(300)]


@pytest.mark.parametrize("environ", [{}, {"JARVIS_DISABLED": "true"}], ids=["started twice", "disabled"])
def test_the_twenty_lines_run_where_nothing_is_captured(tmp_path: Path, environ: dict[str, str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "letters.py").write_text(code.replace("range(300)", "range(30)"))
    with JarvisContextManager(tmp_path / "memory/context/jarvis", name="letters", handle_signals=False):
        done = subprocess.run(
            [sys.executable, "letters.py"],
            cwd=tmp_path,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.stdout.splitlines()[-1] == "30 letters sent", done.stderr


def test_the_code_is_about_twenty_lines() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    lines = [line for line in code.splitlines() if line.strip()]

    assert len(lines) <= 24


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]

    assert len(links) > 5
    assert missing == []


def test_each_command_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(re.findall(r"`make ([a-z]+)", README))

    assert {"demo", "test"} <= named <= targets


def test_the_demo_shown_is_one_that_was_proven() -> None:
    (shown,) = re.findall(r"<!-- demo -->\n```text\n(.*?)```\n<!-- /demo -->", README, re.DOTALL)

    assert shown.count("\nkill -9 ") == shown.count("\nRecovery ") == 3
    assert shown.count("\n✓ ") == 9
    assert "✗" not in shown
