"""What the page on the supervisor has systemd and a container start is there, and starts."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click

from jarvis_ctx.cli import main
from tests.faces.cli.processes import COMMAND, ROOT, jarvis_ctx

PAGE = (ROOT / "docs" / "supervisor.md").read_text(encoding="utf-8")
UNIT, DOCKERFILE, WHEEL = (
    re.search(rf"```{language}\n({begin}.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]  # A page without it fails.
    for language, begin in (("ini", "\\[Unit"), ("dockerfile", ""), ("console", "\\$ pip wheel"))
)
PROGRAM = "from jarvis_ctx import JarvisContextManager as M; M().add_message('user', 'hello')"


def instruction(name: str) -> str:
    return re.search(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)[1]  # type: ignore[index]  # As above.


def parsed(command: list[str]) -> dict[str, Any]:
    """The parameters of a command line as our own commands take it; fails on one that they do not know."""
    found = main.get_command(click.Context(main), command[1])
    assert found is not None
    return found.make_context(command[1], command[2:]).params


def test_the_unit_of_the_page_starts_a_command_with_options_that_exist() -> None:
    words = shlex.split(re.search(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)[1])  # type: ignore[index]  # As above.

    taken = parsed(words)

    assert Path(words[0]).name == "jarvis-ctx"
    assert (taken["adopt"], taken["hang_timeout"], taken["command"][-1]) == (True, 600, "main.py")


def test_the_container_of_the_page_runs_its_program_and_knows_its_health(tmp_path: Path) -> None:
    entry, last = json.loads(instruction("ENTRYPOINT")), json.loads(instruction("CMD"))
    health = json.loads(instruction("HEALTHCHECK").removeprefix("CMD "))
    (tmp_path / "main.py").write_text(PROGRAM)

    command = [*COMMAND, *entry[1:], sys.executable, *last[1:]]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    code = subprocess.call(command, cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL)

    assert (code, last[0], entry[0]) == (0, "python", "jarvis-ctx")
    assert jarvis_ctx(*health[1:], cwd=tmp_path).returncode == 4  # It does not run any more.
    assert (tmp_path / instruction("VOLUME").removeprefix("/app/")).is_dir()


def test_the_container_of_the_page_takes_in_the_wheel_that_was_built_for_a_python_that_it_has() -> None:
    folder = shlex.split(WHEEL)[shlex.split(WHEEL).index("--wheel-dir") + 1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    has, needs = re.findall(r"3\.(\d+)", f"{instruction('FROM')} {project['requires-python']}")

    assert (instruction("COPY"), instruction("RUN")) == (f"{folder} {folder}", f"pip install {folder}/*.whl")
    assert int(has) >= int(needs)
