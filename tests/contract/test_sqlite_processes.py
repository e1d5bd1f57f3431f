"""The SQLite store among other processes: killed, locked out, racing, forked."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from jarvis_ctx.disk.files import sweep_temporaries
from jarvis_ctx.errors import StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.children import ROOT, SIZE, Child, command, environment
from tests.contract.records import WRITER, batch, event, events, lease, snapshot


@pytest.mark.crash
@pytest.mark.parametrize("acknowledged", [1, 3, 40])
def test_every_acknowledged_batch_is_there_whole_after_a_kill(database: Path, acknowledged: int) -> None:
    child = Child("writes", database)
    said = [child.said() for _ in range(acknowledged)]
    said += child.kill()

    store = SqliteStore(database)

    last = store.events.watermarks()[WRITER]
    assert last - int(said[-1]) in (0, SIZE)
    assert list(store.events.events("jarvis", {})) == events(1, last)
    store.close()


MOMENTS = ["connect", "migrations.migrate", "os.link", "sync_folder", "check_owner", "look", "migrations.apply"]


@pytest.mark.crash
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_while_the_store_is_made_leaves_none_or_a_whole_one(database: Path, moment: str) -> None:
    died = subprocess.run(command("dies", database, moment), cwd=ROOT, env=environment()).returncode

    store = SqliteStore(database)

    assert died == -signal.SIGKILL
    store.events.write(batch([event(1)]))
    store.close()
    sweep_temporaries(database.parent)
    assert os.listdir(database.parent) == [database.name]


@pytest.mark.crash
def test_killed_again_and_again_the_numbers_stay_contiguous(database: Path) -> None:
    for _ in range(6):
        child = Child("writes", database)
        child.said()
        child.kill()

    store = SqliteStore(database)

    last = store.events.watermarks()[WRITER]
    assert [row.number for row in store.events.events("jarvis", {})] == list(range(1, last + 1))
    store.close()


def test_a_lock_held_elsewhere_is_waited_for_and_then_reported_with_nothing_half_written(database: Path) -> None:
    store = SqliteStore(database, busy=0.05)
    with Child("locks", database) as child:
        assert child.said() == "locked"
        calls = [
            lambda: store.events.write(batch(events(1, 3))),
            lambda: store.checkpoints.put(snapshot("a")),
            lambda: store.leases.put("jarvis", [lease("a", 1)]),
            lambda: store.events.sync(),
        ]

        for call in calls:
            with pytest.raises(StoreUnavailable, match="locked") as refused:
                call()
            assert not isinstance(refused.value, StoreDamaged)

    assert store.queries.facts()["events"] == store.queries.facts()["snapshots"] == 0
    store.events.write(batch(events(1, 3)))
    store.close()


def test_readers_do_not_wait_for_a_writer_in_another_process(database: Path) -> None:
    store = SqliteStore(database, busy=0.05)
    store.events.write(batch(events(1, 3)))

    with Child("locks", database) as child:
        assert child.said() == "locked"
        found = list(store.events.events("jarvis", {}))

    assert found == events(1, 3)
    store.close()


def test_processes_that_make_one_store_at_the_same_time_get_one_store(database: Path) -> None:
    children = [Child("creates", database) for _ in range(5)]
    ready = [child.said() for child in children]

    said = [child.end() for child in children]

    assert ready == ["ready"] * 5
    assert said == [["made"]] * 5
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_two_processes_at_one_store_see_each_others_writes(database: Path) -> None:
    store = SqliteStore(database)

    with Child("opens", database) as child:
        assert child.said() == "open"
        store.leases.put("jarvis", [lease("parent", 1)])
        beside = store.leases.all("jarvis")

    assert [found.agent for found in beside] == ["child", "parent"]
    store.events.write(batch([event(1)]))
    store.close()
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_a_forked_child_writes_beside_its_parent_and_neither_loses_anything(database: Path) -> None:
    with Child("forks", database) as child:
        said = [child.said() for _ in range(3)]

    store = SqliteStore(database)

    assert said == ["child ended with 0", "log kept", "done"]
    assert list(store.events.events("jarvis", {})) == events(1, 9)
    store.close()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files cannot be listed here")
def test_a_forked_child_that_drops_the_store_does_not_close_what_it_inherited(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch([event(1)]))
    store.events.watermarks()
    before = _held(database)

    child = os.fork()
    if child == 0:
        _exit_with(lambda: _lost_by_dropping(store, database, before))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    store.close()


def test_a_fork_waits_for_the_transaction_of_another_thread(database: Path) -> None:
    store = SqliteStore(database)
    inside, go_on = threading.Event(), threading.Timer(0.1, lambda: None)

    def work() -> None:
        with store._database.transaction() as connection:
            inside.set()
            go_on.join()
            connection.execute("INSERT INTO writers VALUES (1, 'w', 'jarvis', 'run-1', 1, 1, 5)")

    thread = threading.Thread(target=work)
    go_on.start()
    thread.start()
    inside.wait()
    child = os.fork()
    if child == 0:
        _exit_with(lambda: store.events.epochs()["jarvis"] - 1)
    _, status = os.waitpid(child, 0)
    thread.join()

    assert os.waitstatus_to_exitcode(status) == 0
    store.close()


def _exit_with(code: Callable[[], int]) -> NoReturn:
    try:
        os._exit(code())
    finally:
        os._exit(99)


def _held(database: Path) -> int:
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return sum(os.readlink(link).startswith(str(database)) for link in links if os.path.islink(link))


def _lost_by_dropping(store: SqliteStore, database: Path, before: int) -> int:
    store.__dict__.clear()
    gc.collect()
    return before - _held(database)
