"""Stores of every released form open, with all that their runs knew, whatever part of them is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvis_ctx import settings
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.recovery.rebuild import Rebuilt
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.views import StoreView
from tests.crash.readings import contents
from tests.fakes import FakeClock

FOLDER = Path(__file__).parent
RELEASED = sorted(path.name.removesuffix(".tar.gz") for path in FOLDER.glob("store_*.tar.gz"))
DATABASE, CHECKPOINTS = "jarvis_context.db*", ("checkpoints/*", "emergency_*")
HOUR = 3_600_000_000

pytestmark = pytest.mark.parametrize("released", RELEASED)


def unpacked(released: str, folder: Path) -> Path:
    """The store as its last run left it."""
    subprocess.run(["tar", "--no-same-owner", "-xpzf", FOLDER / f"{released}.tar.gz", "-C", folder], check=True)
    return folder / "store"


def known_of(released: str) -> dict[str, Any]:
    """What that run knew when it died, and when that was."""
    return dict(msgspec.json.decode((FOLDER / f"{released}.json").read_bytes()))


@pytest.fixture
def store(released: str, tmp_path: Path) -> Path:
    return unpacked(released, tmp_path)


@pytest.fixture
def known(released: str) -> dict[str, Any]:
    return known_of(released)


@contextmanager
def view(store: Path, known: dict[str, Any]) -> Iterator[StoreView]:
    with closing(StoreView(settings.load({"path": store}, environ={}), FakeClock(known["died"] + HOUR))) as view:
        yield view


def held(rebuilt: Rebuilt) -> Any:
    """What a state says, as it is in JSON."""
    return msgspec.json.decode(msgspec.json.encode(contents(rebuilt.state)))


def lacking(known: Any, found: Any, place: str = "") -> list[str]:
    """Where `found` lacks something of `known` or has another value; more than that it may have."""
    if isinstance(known, dict) and isinstance(found, dict):
        parts = [lacking(known[key], found.get(key, "nothing"), f"{place}.{key}") for key in known]
        return [missing for part in parts for missing in part]
    return [] if known == found else [f"{place}: {found!r}, not {known!r}"]


@pytest.mark.parametrize(
    "lost",
    [(), (DATABASE,), CHECKPOINTS, (DATABASE, "*/*.pkl", "*/*.changes"), (DATABASE, "*/*.json", "emergency_*")],
    ids=["nothing", "database", "checkpoints", "database and pickles", "database and what is JSON"],
)
def test_a_released_store_holds_what_its_run_knew_whatever_is_lost(
    store: Path, known: dict[str, Any], lost: tuple[str, ...]
) -> None:
    for path in [path for pattern in lost for path in store.glob(pattern)]:
        path.unlink()

    with view(store, known) as found:
        rebuilt = found.rebuilt()

    assert lacking(known["contents"], held(rebuilt)) == []
    assert (rebuilt.state.position, rebuilt.gathered.lost) == (known["position"], {})


def test_a_released_history_replays_to_the_same_state(store: Path, known: dict[str, Any]) -> None:
    for path in [path for pattern in (DATABASE, *CHECKPOINTS) for path in store.glob(pattern)]:
        path.unlink()

    with view(store, known) as found:
        rebuilt = found.rebuilt()

    assert rebuilt.base == "events"
    assert lacking(known["contents"], held(rebuilt)) == []


def test_every_digest_of_a_released_store_verifies(store: Path, known: dict[str, Any]) -> None:
    with view(store, known) as found:
        problems = [finding for finding in Insight(found).doctor({}) if finding.level == "problem"]

    assert problems == []


def test_a_released_store_is_recovered_and_goes_on(store: Path, known: dict[str, Any]) -> None:
    clock = FakeClock(known["died"] + HOUR)

    with JarvisContextManager(store, clock=clock, handle_signals=False) as manager:
        manager.update_task_progress("told-10", {"percentage": 11})
        manager.flush()
        report, tasks = manager.recovery_report, {task["id"]: task["percentage"] for task in manager.tasks()}

    assert report is not None
    assert (report.events_lost, report.damage) == ({}, [])
    assert (tasks["told-9"], tasks["told-10"]) == (90, 11)
