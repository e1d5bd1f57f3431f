"""Every endpoint keeps what its OpenAPI document says, whatever it is sent: schemathesis, with all its checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.web.limits import Rate
from tests.contract.web.conftest import fill
from tests.contract.web.test_serving import bearer, begun

pytestmark = pytest.mark.timeout(3600)
CASES = int(os.environ.get("API_CASES", "400"))
"""Requests in all; `API_CASES=10000` for a longer campaign, `API_SEED` for another one."""
SEED = os.environ.get("API_SEED", "1")
WRITES = 3
LISTS = "timeline|task-progress|agent-states|decisions"
HALVES = [
    (["--include-path-regex", LISTS], 4, 110),
    (["--exclude-path-regex", f"{LISTS}|stream", "--exclude-method", "POST"], 12, 120),
]
"""Which reads, how many they are, and how many requests each gets of a thousand; the stream has no end to wait for."""
CONFIG = """
[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422"]
positive_data_acceptance.expected-statuses = ["2xx", "304", "404", "409"]
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where a live orchestrator serves itself, without a limit to what is asked, and its store."""
    store = tmp_path_factory.mktemp("described") / "store"
    with JarvisContextManager(store, handle_signals=False, serve=True, port=0, rate_limit=0) as manager:
        fill(manager)
        url = begun(manager)["url"]
        manager._serving._server.app.guard.failures = Rate(0, 1)  # type: ignore[union-attr]  # It serves.
        manager._schedule._starter.join()
        yield url, store


def campaign(url: str, store: Path, folder: Path, *options: str) -> str:
    """What schemathesis says at the end; fails where it found anything."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    token = f"Authorization: {bearer(store)['Authorization']}"
    chosen = ["--checks", "all", "--seed", SEED, "--no-color", "--generation-database", "none", *options]
    done = subprocess.run(
        [*command, f"{url}/openapi.json", "-H", token, *chosen], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    return done.stdout


def generated(said: str) -> int:
    (count,) = re.findall(r"(\d[\d,]*) generated", said)
    return int(count.replace(",", ""))


@pytest.mark.parametrize(("chosen", "operations", "each"), HALVES, ids=["lists", "the rest"])
def test_every_read_keeps_to_its_document(
    served: tuple[str, Path], tmp_path: Path, chosen: list[str], operations: int, each: int
) -> None:
    said = campaign(*served, tmp_path, *chosen, "-n", str(CASES * each // 1000))

    assert f"Tested: {operations}" in said
    assert generated(said) >= CASES * 9 // 20


def test_every_write_keeps_to_its_document(served: tuple[str, Path], tmp_path: Path) -> None:
    said = campaign(*served, tmp_path, "--include-method", "POST", "-n", str(CASES // 10 // WRITES))

    assert f"Tested: {WRITES}" in said
    assert generated(said) >= CASES // 10
