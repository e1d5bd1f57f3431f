"""What is told to an orchestrator over its API does what the same command does beside it, and says the same."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.tokens import Tokens
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import COMMAND, ROOT
from tests.faces.cli.served import Served, served
from tests.unit.insight.dying import living

ORDERS = [
    ["checkpoint", "--label", "night"],
    ["restore", "phase one", "--yes"],
    ["cleanup"],
    ["cleanup", "--yes"],
]


@pytest.fixture
def there(dead: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The API of a dead store, its token in the environment."""
    with served(dead) as api:
        monkeypatch.setenv("JARVIS_TOKEN", api.token)
        yield api


def shape(said: str) -> str:
    """What was said, without what differs between two times: ids, counts and sizes."""
    said = said.replace("this command", "the server")
    return re.sub(r"\d+\.\d+-[0-9a-f]+|[0-9a-f]{12,}|[\d.,:+-]+( ?[KM]?i?B)?", "N", said)


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_an_order_says_the_same_here_and_there(
    order: list[str], form: list[str], call: Call, there: Served, killed: Path, tmp_path: Path
) -> None:
    beside = tmp_path / "beside"
    subprocess.run(["cp", "-a", str(killed), str(beside)], check=True)

    here, away = call("--path", beside, *order, *form), call("--url", there.url, *order, *form)

    assert (away.exit_code, here.exit_code, away.stderr) == (0, 0, here.stderr)
    assert shape(away.stdout) == shape(here.stdout)


def test_an_order_of_a_live_orchestrator_is_done_by_its_own_process(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with living(tmp_path / "store") as child, served(tmp_path / "store") as api:
        monkeypatch.setenv("JARVIS_TOKEN", api.token)
        said = [
            call("--url", api.url, *order)
            for order in (["mark", "noon"], ["checkpoint"], ["restore", "noon", "--yes"], ["cleanup", "--yes"])
        ]
        points = json.loads(call("--url", api.url, "points", "--json").stdout)

    assert [result.exit_code for result in said] == [0, 0, 0, 0], [result.stderr for result in said]
    assert [f"process {child.pid}" in result.stdout for result in said] == [True, True, True, False]
    assert [point["label"] for point in points] == ["phase one", "noon", "before restoring noon"]


def test_an_order_waits_for_a_live_orchestrator_as_long_as_was_said(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with living(tmp_path / "store") as child, served(tmp_path / "store") as api:
        monkeypatch.setenv("JARVIS_TOKEN", api.token)
        child.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        orders = (["checkpoint"], ["mark", "noon"], ["restore", "phase one", "--yes"], ["cleanup", "--yes"])
        codes = [call("--url", api.url, *order, "--timeout", "0.2").exit_code for order in orders]
        took = time.monotonic() - began

    assert codes == [ExitCode.BUSY] * 4
    assert took < 20


def test_a_mark_of_a_dead_orchestrator_is_refused_with_the_way_out(call: Call, there: Served) -> None:
    result = call("--url", there.url, "mark", "noon")

    assert (result.exit_code, "jarvis-ctx checkpoint --label 'noon'" in result.stderr) == (ExitCode.NOT_RUNNING, True)


def test_a_token_that_may_only_read_tells_nothing(
    call: Call, there: Served, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_TOKEN", Tokens(dead, SystemClock()).add("read")[1])

    results = [call("--url", there.url, *order) for order in (ORDERS[0], ORDERS[1], ORDERS[3])]

    assert [result.exit_code for result in results] == [ExitCode.USAGE] * 3
    assert all("may not do this" in result.stderr for result in results)


def test_the_timeline_is_followed_over_the_api_as_things_happen(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager, served(store_path) as api:
        manager.set_attribute("one", 1)
        command = [*COMMAND, "--url", api.url, "timeline", "-f", "--json", "--kind", "AttributeSet"]
        environ = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "", "JARVIS_TOKEN": api.token}
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            manager.set_attribute("two", (2, 3))
            second = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            code = process.wait()

    assert [(line["subject"], line["body"]["value"]) for line in (first, second)] == [
        ("one", 1),
        ("two", {"$tuple": [2, 3]}),
    ]
    assert code == 0
