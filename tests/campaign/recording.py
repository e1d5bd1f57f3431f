"""Lets a child write under strace until it is done, and kills it: every call it made of the system is in the record."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.campaign import tracing
from tests.crash.children import ROOT

SCRIPT = """
import json, os, sys
from tests.crash import plants, roles
plants.plant(os.environ.get(plants.VARIABLE, ""))
getattr(roles, sys.argv[1])(**json.loads(sys.argv[2]))
"""


def missing() -> str | None:
    """Why nothing can be recorded here, if it cannot."""
    return None if shutil.which("strace") else "strace is not installed"


def record(log: Path, *options: str, **arguments: Any) -> None:
    """Run `roles.write` with those arguments into `log`; `options` are strace's, besides those that record everything.

    Raises `AssertionError`, with the last it said, when the child ends by itself.
    """
    said = said_by("write", log, *tracing.STRACE[1:], *options, lines=2, **arguments)
    assert said == ["opened", "done"], f"{said}\n{_errors(log).read_text()[-2000:]}"


def said_by(role: str, log: Path, *options: str, lines: int, **arguments: Any) -> list[str]:
    """The first lines that a role says under strace with those options; then it is killed."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["strace", *options, "-o", str(log), sys.executable, "-c", SCRIPT, role, json.dumps(arguments)]
    with (
        _errors(log).open("w") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment) as strace,
    ):
        assert strace.stdout is not None
        said = [strace.stdout.readline().strip() for _ in range(lines)]
        for child in Path(f"/proc/{strace.pid}/task/{strace.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
    return said


def _errors(log: Path) -> Path:
    """Where what it writes to standard error goes."""
    return log.with_suffix(".stderr")
