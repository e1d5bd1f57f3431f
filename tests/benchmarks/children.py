"""Interpreters of their own: how long one takes from its start to a line it prints, and what it weighs then."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]


@contextmanager
def child(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A new interpreter that runs `code` in an empty folder, killed at the end, if it is still there."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        with process:
            try:
                yield process
            finally:
                process.kill()


def environment() -> dict[str, str]:
    """Ours, without settings of the sidecar, and with bytecode kept.

    An installed package comes with its bytecode; here the first round, which is not counted, writes it.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE" and not k.startswith("JARVIS_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


def line(process: subprocess.Popen[str]) -> str:
    """The next line it prints. Raises `RuntimeError` when it ends instead."""
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise RuntimeError(f"The measured interpreter ended with exit code {process.wait()} before it was ready.")
    return said.strip()


def seconds_to_line(code: str, *arguments: str) -> tuple[float, str]:
    """From the start of an interpreter to the first line it prints, which is given back; then it is killed."""
    began = time.perf_counter()
    with child(code, *arguments) as process:
        said = line(process)
        return time.perf_counter() - began, said
