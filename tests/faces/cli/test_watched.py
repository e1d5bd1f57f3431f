"""A program that captures nothing, under the supervisor: what can be known of it is shown all the same."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.codec import exact
from jarvis_ctx.disk.files import private_folder
from jarvis_ctx.journal.place import Place
from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.supervised import Supervised
from jarvis_ctx.settings import load
from jarvis_ctx.web.live.hub import Hub
from jarvis_ctx.web.live.reader import Asked, Reader
from jarvis_ctx.web.subject import Beside
from tests.faces.cli.conftest import Call
from tests.faces.cli.test_serving import running

API = "/api/jarvis/context"


@pytest.fixture
def watched(store_path: Path) -> Path:
    """A folder in which a supervisor has written down whom it watches, and nobody else anything."""
    here = identity.this_process()
    supervised.write(private_folder(store_path), Supervised(name="jarvis", supervisor=here, command=["x"], child=here))
    return store_path


def test_its_status_says_that_nothing_is_captured(watched: Path, call: Call) -> None:
    shown = call("status", "--path", watched)

    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (0, "jarvis has captured nothing yet")
    assert "supervises process" in shown.stdout


def test_the_doctor_misses_nothing_that_was_never_there(watched: Path, call: Call) -> None:
    found = call("doctor", "--path", watched)

    assert "Nothing was ever captured here." in found.stdout
    assert "0 problems" in found.stdout


def test_a_folder_that_nobody_watches_is_no_store(store_path: Path, call: Call) -> None:
    private_folder(store_path)

    assert call("status", "--path", store_path).exit_code == 3


@pytest.mark.parametrize("supervised_", [True, False])
def test_its_report_says_why_there_is_none(watched: Path, call: Call, supervised_: bool) -> None:
    if not supervised_:
        supervised.path_of(watched, "jarvis").unlink()
        (watched / "journal").mkdir()

    said = call("report", "--path", watched).stdout
    nothing = call("report", "--json", "--path", watched).stdout

    assert ("captures nothing, or nothing yet" in said, "Nothing is captured" in said) == (supervised_, not supervised_)
    assert nothing == "null\n"


def test_a_stream_waits_for_its_first_run_and_has_that_from_its_beginning(watched: Path) -> None:
    beside = Beside(load({"path": watched}))
    reader = Reader(Hub(beside, exact.encode), beside, Asked(after=Place(0, {})), exact.encode)
    items = reader.items(lambda: True)
    hello = next(items)

    with JarvisContextManager(watched, name="crew", handle_signals=False) as manager:
        manager.update_task_progress("a", {"description": "Read"})
        first, last = next(items), next(items)
    reader.close()
    beside.close()

    told = [exact.decode(each.data) for each in (first, last)]
    assert [hello.kind, *(each["kind"] for each in told)] == ["hello", "RunStarted", "TaskProgressed"]


def test_its_first_run_is_shown_under_its_own_name(watched: Path) -> None:
    beside, told = Beside(load({"path": watched})), []
    beside.named = told.append

    with JarvisContextManager(watched, name="crew", handle_signals=False), beside.asking() as insight:
        state = insight.status()["state"]
        beside.following().close()
    beside.close()

    assert (told, beside.name, insight.name, state) == (["crew"], "crew", "crew", "live")


def test_it_is_served_with_who_watches_it(tmp_path: Path) -> None:
    with running(tmp_path, "--path", "store", "--", "sleep", "600") as supervisor:
        assert supervisor.stderr is not None
        url = next(line for line in supervisor.stderr if " is served at " in line).split(" is served at ")[1].strip()
        token = (tmp_path / "store" / "token").read_text().strip()

        told = httpx.get(f"{url}{API}/resources", headers={"Authorization": f"Bearer {token}"}, timeout=30).json()

    assert told["supervisor"]["command"] == ["sleep", "600"]
    assert told["supervisor"]["alive"]
