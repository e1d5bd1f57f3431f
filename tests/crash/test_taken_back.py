"""A live orchestrator is taken back from outside while its calls run: what returns afterwards counts, whatever dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.sidecar.travel import request_restore
from tests.faces.cli.processes import ROOT

pytestmark = pytest.mark.crash


class Life:
    """One life of the orchestrator."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []

    def tell(self, *told: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in told))
        self.process.stdin.flush()

    def hear(self, *awaited: str) -> None:
        """Until all of this has been said."""
        assert self.process.stdout is not None
        while not set(awaited) <= set(self.said):
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {awaited}: {self.said}"
            self.said.append(line.strip())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def life(path: Path, store: str) -> Iterator[Life]:
    command = [sys.executable, "-m", "tests.crash.taken_back", str(path), store]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            lived = Life(process)
            lived.hear("ready")
            yield lived
        finally:
            process.kill()


def next_of(path: Path) -> dict[str, str]:
    """What the last recovery said becomes of each task."""
    (report,) = path.glob("recovery_report_*.json")
    return {task["id"]: task["next"] for task in json.loads(report.read_text())["tasks"]}


@pytest.mark.parametrize("store", ["sqlite", "memory"])
def test_what_returned_before_the_point_or_after_the_restore_is_done_and_only_what_returned_between_is_done_again(
    store_path: Path, store: str
) -> None:
    with life(store_path, store) as first:
        first.tell("run before", "begin across", "begin undone")
        first.hear("returned did before", "at across", "at undone")
        first.tell("mark noon", "begin new", "begin cut", "end undone")
        first.hear("marked noon", "at new", "at cut", "returned did undone")
        request_restore(settings.load({"path": store_path, "store": store}, environ={}), "noon")
        first.tell("end across", "end new")
        first.hear("returned did across", "returned did new")
        first.kill()

    with life(store_path, store) as second:
        second.tell(*(f"run {task}" for task in ("before", "across", "undone", "new", "cut")))
        second.hear(*(f"returned did {task}" for task in ("before", "across", "undone", "new", "cut")))
        second.kill()

    assert sorted(said for said in second.said if said.startswith("at")) == ["at cut", "at undone"]
    assert [said for said in second.said if said.startswith("charged")] == []
    assert next_of(store_path) == {
        "before": "kept",
        "across": "kept",
        "undone": "resumed",
        "new": "kept",
        "cut": "resumed",
    }
