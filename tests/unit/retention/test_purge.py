"""A leaked value is taken out of everything, and everything still works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import AlreadyRunning, BadValue
from jarvis_ctx.journal import archive
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.retention.needle import MARKER, Needle
from jarvis_ctx.retention.purging import _unpacked
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.purges import purge
from tests.unit.retention.aged import begin, later

SECRET = 'hunter2-"Zürich"\\n'

CHILD = f"""
import sys
from jarvis_ctx import JarvisContextManager
secret = {SECRET!r}
manager = JarvisContextManager(sys.argv[1], segment_bytes=8192)
manager.log_agent_message("a", secret, "killed while it said " + secret)
manager.set_attribute("token", [secret, {{secret: secret.encode()}}])
manager.heartbeat("a", token=secret)
manager._save_beats()
manager.flush()
print("said", flush=True)
sys.stdin.read()
"""

WORKER = """
import os, signal, sys
from datetime import date
from decimal import Decimal
from jarvis_ctx import JarvisContextManager
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.model.ids import TaskId
manager = JarvisContextManager(sys.argv[1], history_size=1000, resume="skip", handle_signals=False)
manager.set_attribute("due", {"day": date(2026, 11, 21)})
made = {"day": date(2026, 11, 21), "sum": Decimal("12345.5"), "of": 1000}
manager.claims.run(TaskCall(method="work", task=TaskId("one")), lambda: made)
manager.checkpoint()
os.kill(os.getpid(), signal.SIGKILL)
"""


def at(path: Path, **more: Any) -> settings.Settings:
    return settings.load({"path": path, **more}, environ={})


def spread(path: Path) -> None:
    """A store with the secret in every layer: archive, segments, side files, checkpoints, database, reports."""
    with begin(path, 0) as first:
        for _ in range(80):
            first.log_agent_message("a", "b", f"the password is {SECRET} {'x' * 60}")
        first.update_task_progress(f"task {SECRET}", {"description": SECRET, "percentage": 40})
        first.update_task_progress("other", {"blockers": [SECRET], "note": {"deep": [SECRET.encode()]}})
        first.log_decision("route", {"pin": SECRET}, "left")
        first.add_message("user", SECRET * 2000)
        first.mark_recovery_point("golden")
        later(first, 1)
    with begin(path, 1) as second:
        for _ in range(2):
            later(second, 1)
            second.set_attribute("token", SECRET)
            second.checkpoint()
        second.keeper._files.put_emergency(second.keeper._snapshot(second.journal.picture(), ""))
        second.flush()
    killed(path)
    begin(path, 2).close()
    (path / "jarvis_context.db.damaged-1").write_bytes(b"..." + SECRET.encode() + b"...")
    (path / "run-jarvis.fault").write_text(f"Fatal: {SECRET}")


def killed(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stdin.close()


def holding(folder: Path) -> list[str]:
    """The files below `folder` that hold the secret, packed or not."""
    needle, found = Needle(SECRET), []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        parts = (data, _unpacked(data), _unpacked(data.partition(b"\n")[2]))
        if any(needle.within(part) or b"hunter2" in part for part in parts):
            found.append(path.name)
    return found


@pytest.fixture(scope="module")
def leaked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leaked") / "store"
    spread(path)
    return path


@pytest.fixture
def leaky(leaked: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(leaked, tmp_path / "leaky"))


def test_no_file_of_the_folder_holds_a_purged_value(leaky: Path) -> None:
    before = holding(leaky)

    purged = purge(at(leaky), SECRET)

    assert {"jarvis_context.db", "run-jarvis.fault", "jarvis_context.db.damaged-1"} < set(before)
    assert {name.rpartition(".")[2] for name in before} >= {"zst", "seg", "json"}
    assert holding(leaky) == []
    assert (purged.archives > 0, purged.segments > 0, purged.values, purged.removed) == (
        True,
        True,
        1,
        ["jarvis_context.db.damaged-1"],
    )


@pytest.mark.parametrize("lost", ["nothing", "database", "checkpoints", "signed", "database and checkpoints"])
def test_every_layer_still_gives_the_state_after_a_purge(leaky: Path, lost: str) -> None:
    purge(at(leaky), SECRET)
    for path in gone(leaky, lost):
        path.unlink()

    with begin(leaky, 3) as manager:
        manager.flush()
        tasks = {task["id"]: task for task in manager.tasks()}

        assert tasks[f"task {MARKER}"]["description"] == MARKER
        assert tasks["other"]["metadata"] == {"note": {"deep": [MARKER.encode()]}}
        assert manager.attributes() == {"token": [MARKER, {MARKER: MARKER.encode()}]}
        assert manager.conversation()[0].content == MARKER * 2000
        assert manager.recovery_report is None
    assert holding(leaky) == []


def gone(store: Path, lost: str) -> list[Path]:
    database, checkpoints = list(store.glob("jarvis_context.db*")), list((store / "checkpoints").iterdir())
    everything = [*database, *checkpoints, *store.glob("emergency_*")]
    layers = {"nothing": [], "database": database, "checkpoints": checkpoints, "database and checkpoints": everything}
    return layers.get(lost, [path for path in checkpoints if path.suffix == ".pkl"])


def test_everything_that_was_rewritten_verifies(leaky: Path) -> None:
    purge(at(leaky), SECRET)

    view = open_view(leaky)
    gathered = view.rebuilt().gathered
    archives = [archive.read_archived(a) for a in archive.listing(leaky / "journal" / "archive")]
    verified = [view.files.verified(path).id for path in view.files.signed()]
    view.close()
    assert (gathered.damaged, gathered.lost) == ([], {})
    assert (all(not segment.holes for segment in archives), len(verified) > 1) == (True, True)


def test_a_purge_is_recorded_without_the_value_and_done_again_finds_nothing(leaky: Path) -> None:
    first = purge(at(leaky), SECRET)
    second = purge(at(leaky), SECRET)

    view = open_view(leaky)
    told = [event.body for event in view.events_after({}) if event.kind == "ValuePurged"]
    view.close()
    assert (len(told), told[0]["events"], len(told[0]["hash"])) == (1, first.events, 64)
    assert second.total == 0


def test_an_untouched_store_stays_as_it_is_to_the_byte(leaky: Path) -> None:
    before = {path: path.read_bytes() for path in (leaky / "journal").rglob("*.*") if path.is_file()}

    purged = purge(at(leaky), "a value that is nowhere")

    assert purged.total == 0
    assert {path: path.read_bytes() for path in before} == before


def test_a_store_that_somebody_runs_is_not_purged(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False), pytest.raises(AlreadyRunning):
        purge(at(store_path), SECRET)


def test_a_value_that_would_be_everywhere_is_refused(store_path: Path) -> None:
    begin(store_path, 0).close()

    with pytest.raises(BadValue, match=r"\*\*\*"):
        purge(at(store_path), "abc")


def test_the_log_file_is_cleaned_too(store_path: Path, tmp_path: Path) -> None:
    begin(store_path, 0).close()
    log = tmp_path / "jarvis.log"
    log.write_text(f"could not log in with {SECRET}\n")

    purge(at(store_path, log_file=log), SECRET)

    assert log.read_text() == f"could not log in with {MARKER}\n"


@pytest.mark.parametrize(
    ("tree", "cleaned"),
    [
        ({"a": ["x1234y", 1234, 12345, {"1234": None}]}, {"a": ["x[purged]y", MARKER, 12345, {MARKER: None}]}),
        ({"$bytes": "MTIzNA=="}, {"$bytes": "W3B1cmdlZF0="}),
        ({"a": '{"b":"1234"}'}, {"a": '{"b":"[purged]"}'}),
        ({"a": 1.5, "b": None, "c": "123"}, {"a": 1.5, "b": None, "c": "123"}),
        ([1234.0, -1234, -1234.0, 1234.5], [MARKER, MARKER, MARKER, 1234.5]),
        ([{"$date": "1234-11-21"}, {"$decimal": "1234.5"}], [MARKER, MARKER]),
    ],
)
def test_strings_keys_bytes_and_numbers_are_cleaned(tree: Any, cleaned: Any) -> None:
    assert Needle("1234").tree(tree) == cleaned


def test_what_a_file_held_is_overwritten(tmp_path: Path) -> None:
    from jarvis_ctx.disk.shred import remove

    path = tmp_path / "held"
    path.write_bytes(SECRET.encode() * 1000)
    other = os.open(path, os.O_RDONLY)

    remove(path)

    assert set(os.read(other, 100_000)) == {0}
    os.close(other)


@pytest.mark.parametrize("value", ["00000001", "arvi", "finished", "TaskClaimed"])
def test_a_part_of_the_stores_own_words_is_refused_and_nothing_is_changed(store_path: Path, value: str) -> None:
    begin(store_path, 0).close()
    before = {path: path.read_bytes() for path in store_path.rglob("*.pkl")}

    with pytest.raises(BadValue, match="own words"):
        purge(at(store_path), value)

    assert {path: path.read_bytes() for path in store_path.rglob("*.pkl")} == before


@pytest.mark.parametrize("value", ["tasks", "2026", "1000", "12345", "result", "numbers"])
def test_a_purge_leaves_finished_work_finished(store_path: Path, value: str) -> None:
    subprocess.run([sys.executable, "-c", WORKER, str(store_path)], check=False, timeout=60)

    purge(at(store_path), value)

    with JarvisContextManager(store_path, resume="skip", handle_signals=False) as manager:
        task, made = TaskCall(method="work", task=TaskId("one")), []
        given = manager.claims.run(task, lambda: made.append("again"))
        assert (made, list(given), list(manager.attributes())) == ([], ["day", "sum", "of"], ["due"])
        assert manager.recovery_report is not None
        assert manager.recovery_report.damage == []


def gone_back(path: Path) -> None:
    """A store whose last event is a restore, large enough for a side file."""
    with begin(path, 0) as manager:
        manager.set_attribute("large", "x" * 400_000)
        manager.update_task_progress("one", {"percentage": 40})
        manager.mark_recovery_point("golden")
        manager.update_task_progress("one", {"percentage": 90})
        manager.restore("golden")


@pytest.mark.parametrize("value", ["attributes", "percentage", "history"])
def test_a_side_file_keeps_the_names_of_its_own_fields(store_path: Path, value: str) -> None:
    gone_back(store_path)

    purge(at(store_path), value)
    for path in (*store_path.glob("jarvis_context.db*"), *(store_path / "checkpoints").iterdir()):
        path.unlink()

    with begin(store_path, 1) as manager:
        assert manager.attributes() == {"large": "x" * 400_000}
        assert [task["percentage"] for task in manager.tasks()] == [40]


def test_a_side_file_that_no_event_names_and_that_holds_the_value_is_removed(store_path: Path) -> None:
    gone_back(store_path)
    values = store_path / "journal" / "values"
    for name, held in (("a" * 64, SECRET), ("b" * 64, "nothing")):
        (values / name).write_bytes(held.encode())

    purged = purge(at(store_path), SECRET)

    assert (purged.removed, (values / ("b" * 64)).exists()) == ([f"journal/values/{'a' * 64}"], True)


def test_what_was_moved_aside_is_named_and_removed_on_request(leaky: Path) -> None:
    other = leaky / "jarvis_context.db.replaced-1"
    other.write_bytes(b"a database may hold it in pieces")

    first = purge(at(leaky), SECRET)
    second = purge(at(leaky), SECRET, aside=True)

    assert (first.removed, first.aside) == (["jarvis_context.db.damaged-1"], [other.name])
    assert (second.removed, second.aside, other.exists()) == ([other.name], [], False)
