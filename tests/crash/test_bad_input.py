"""What is refused: a typed error that names the value, and nothing stored has changed."""

from __future__ import annotations

import hashlib
import os
import pickle
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import BadValue, JarvisError, NewerSchema, TooLarge, UnsafeFolder, UnstorableValue
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE
from tests.crash import damage
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def contents(store: Path) -> dict[str, str]:
    """Every file of a store, by its digest; the marks and locks apart, which each look may touch."""
    files = [path for path in store.rglob("*") if path.is_file()]
    return {str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    """A sidecar that has been told something."""
    with JarvisContextManager(store_path) as manager:
        manager.update_task_progress("t1", {"status": "running", "percentage": 40})
        yield manager


def kept(manager: JarvisContextManager) -> tuple[object, ...]:
    """The last number, the state, and the names of side files and checkpoints."""
    folder, writer = manager.settings.folder, manager.journal.writer
    files = [sorted(folder.glob(place)) for place in ("journal/values/*", "checkpoints/*")]
    return writer.number, writer.picture(), files


Call = Callable[[JarvisContextManager], object]
NAN: Any = float("nan")
LOOP: list[Any] = []
LOOP.append(LOOP)

REFUSED: list[tuple[type[JarvisError], str, Call]] = [
    (BadValue, "percentage is 101", lambda m: m.update_task_progress("t1", {"percentage": 101})),
    (BadValue, "percentage is -0.5", lambda m: m.update_task_progress("t1", {"percentage": -0.5})),
    (BadValue, "percentage is nan", lambda m: m.update_task_progress("t1", {"percentage": NAN})),
    (BadValue, "percentage is True", lambda m: m.update_task_progress("t1", {"percentage": True})),
    (BadValue, "percentage is '40'", lambda m: m.update_task_progress("t1", {"percentage": "40"})),
    (BadValue, "status is 7", lambda m: m.update_task_progress("t1", {"status": 7})),
    (BadValue, "blockers is 'none'", lambda m: m.update_task_progress("t1", {"blockers": "none"})),
    (BadValue, "task_id is ''", lambda m: m.update_task_progress("", {"status": "done"})),
    (BadValue, "task_id is None", lambda m: m.update_task_progress(None, {"status": "done"})),  # type: ignore[arg-type]
    (BadValue, "agent_id is ", lambda m: m.heartbeat("a\0b")),
    (BadValue, "name is ", lambda m: m.set_attribute("\ud800", 1)),
    (BadValue, "role is ", lambda m: m.add_message("r" * 513, "x")),
    (BadValue, "label is ''", lambda m: m.mark_recovery_point("")),
    (UnstorableValue, "type object", lambda m: m.set_attribute("a", object())),
    (UnstorableValue, "contains itself", lambda m: m.log_decision("d", context={"deep": [LOOP]})),
    (UnstorableValue, "builtin_function", lambda m: m.update_agent_state("a", {"status": "busy", "lock": print})),
    (TooLarge, "over the limit", lambda m: m.add_message("user", "x" * 70_000_000)),
]


@pytest.mark.parametrize(("error", "said", "call"), REFUSED)
def test_a_refused_call_raises_a_typed_error_and_stores_nothing(
    manager: JarvisContextManager, error: type[JarvisError], said: str, call: Call
) -> None:
    before = kept(manager)

    with pytest.raises(error, match=said):
        call(manager)

    assert kept(manager) == before
    manager.update_task_progress("t1", {"percentage": 41})
    assert manager.tasks()[0]["percentage"] == 41


def test_a_folder_that_others_may_write_is_refused_and_left_as_it_is(store_path: Path) -> None:
    store_path.chmod(0o770)

    with pytest.raises(UnsafeFolder, match=r"0770.*chmod 700"):
        JarvisContextManager(store_path)

    assert list(store_path.iterdir()) == []
    assert stat.S_IMODE(store_path.stat().st_mode) == 0o770


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused_and_left_as_it_is(store_path: Path) -> None:
    os.chown(store_path, 65534, -1)

    with pytest.raises(UnsafeFolder, match="belongs to user 65534"):
        JarvisContextManager(store_path)

    assert list(store_path.iterdir()) == []


def test_a_database_of_a_newer_schema_is_refused_and_left_as_it_is(store_path: Path) -> None:
    JarvisContextManager(store_path).close()
    newer = sqlite3.connect(store_path / DATABASE)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = contents(store_path)

    with pytest.raises(NewerSchema, match="schema 99"):
        JarvisContextManager(store_path)

    assert contents(store_path) == before


class Planted:
    """Unpickling one makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def unsigned(genuine: bytes, evil: bytes) -> bytes:
    return evil


def under_a_genuine_line(genuine: bytes, evil: bytes) -> bytes:
    return genuine.partition(b"\n")[0] + b"\n" + evil


def foreign(genuine: bytes, evil: bytes) -> bytes:
    """As another store's key would have signed it."""
    line = genuine.partition(b"\n")[0]
    at = line.index(b'"key":"') + 7
    return line[:at] + b"0" * 16 + line[at + 16 :] + b"\n" + evil


def truncated(genuine: bytes, evil: bytes) -> bytes:
    return genuine[: len(genuine) // 2]


@pytest.mark.parametrize("forge", [unsigned, under_a_genuine_line, foreign, truncated])
def test_a_checkpoint_we_did_not_sign_is_never_unpickled(
    stage: Stage, tmp_path: Path, forge: Callable[[bytes, bytes], bytes]
) -> None:
    stage.write(calls=20, threads=1, checkpoint_every=10)
    damage.delete_database_and_log(stage.store)
    newest = damage.signed_checkpoints(stage.store)[0]
    newest.write_bytes(forge(newest.read_bytes(), pickle.dumps({"state": Planted(tmp_path / "harm")})))

    verdicts = stage.verify(whole=True)

    assert not verdicts.wrong()
    assert not (tmp_path / "harm").exists()
    assert verdicts.checked.report is not None
    assert newest.name in [layer.name for layer in verdicts.checked.report.layers if layer.verdict != "accepted"]
