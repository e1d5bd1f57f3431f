"""Threads are kept as long as it was said, and what was dropped leaves the disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig

from jarvis_ctx import settings
from jarvis_ctx.adapters.langgraph import JarvisSaver
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.verification import verify
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.sidecar import clean_offline, offline, open_view
from jarvis_ctx.sidecar.cleanups import Rounds
from tests.adapters.langgraph.graphs import config, put, values
from tests.adapters.langgraph.keeping import LARGE, bytes_of, noise, thread_of
from tests.unit.retention.aged import DAY, archived, begin, judged, later

KEY = "0123456789abcdef" * 4


def held(saver: JarvisSaver, thread: str = "thread") -> list[str]:
    """The ids of a thread's checkpoints, the eldest first."""
    return [found.config["configurable"]["checkpoint_id"] for found in saver.list(config(thread))][::-1]


def ids(made: list[RunnableConfig]) -> list[str]:
    return [at["configurable"]["checkpoint_id"] for at in made]


def test_of_each_thread_the_latest_checkpoints_are_kept_without_anybody_asking(store_path: Path) -> None:
    with begin(store_path, 0, thread_checkpoints_kept=2) as manager:
        saver = JarvisSaver(manager)
        made, alone = thread_of(saver, "thread", 5), thread_of(saver, "alone", 1)

        cleanup = Rounds(manager.cleaner, manager.settings, manager._clock).turn()

        assert cleanup is not None
        assert (cleanup.threads, cleanup.graph_checkpoints) == (0, 3)
        assert (held(saver), held(saver, "alone")) == (ids(made[3:]), ids(alone))


def test_nothing_is_dropped_unless_somebody_says_so(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        made = thread_of(JarvisSaver(manager), "thread", 5)
        archived(manager, hours=24 * 4000)

        cleanup = manager.cleanup(dry_run=False)

        assert (cleanup.threads, cleanup.graph_checkpoints, cleanup.freed) == (0, 0, 0)
        assert held(JarvisSaver(manager)) == ids(made)


def test_a_thread_goes_after_its_days_and_one_that_is_at_work_stays(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7, thread_checkpoints_kept=1) as manager:
        saver = JarvisSaver(manager)
        for thread in ("idle", "at work", "waiting"):
            thread_of(saver, thread, 2)
        for thread, status in (("at work", "in_progress"), ("waiting", "waiting"), ("idle", "completed")):
            manager.update_task_progress(thread, {"status": status, "metadata": {"langgraph": {"thread": thread}}})
        later(manager, 8 * 86_400)

        cleanup = manager.cleanup(dry_run=False)

        assert (cleanup.threads, cleanup.graph_checkpoints) == (1, 0)
        assert [len(held(saver, thread)) for thread in ("idle", "at work", "waiting")] == [0, 2, 2]


def test_what_is_put_while_a_cleanup_drops_its_thread_stays_for_good(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        saver = JarvisSaver(manager)
        made = thread_of(saver, "thread", 2, input="kept")
        later(manager, 8 * DAY)
        dropping = judged(manager)

        back = put(saver, made[-1], {"input": "kept", "log": "I am back"}, {"log": 3})
        for drop in dropping:
            manager.journal.append(*drop)
        archived(manager, hours=24)

        assert len(dropping) == 1
        assert manager.cleanup(dry_run=False).freed > 0
        assert held(saver) == ids([back])
        assert values(saver, back) == {"input": "kept", "log": "I am back"}


@pytest.mark.parametrize(("body", "left"), [({}, 0), ({"until": 1}, 2), ({"until": "?"}, 0), ({"until": 1 << 60}, 0)])
def test_a_drop_takes_what_was_told_until_it_says_or_before_it(store_path: Path, body: Any, left: int) -> None:
    with begin(store_path, 0) as manager:
        saver = JarvisSaver(manager)
        thread_of(saver, "thread", 2)

        manager.journal.append("GraphThreadDropped", '["thread"]', body)
        manager.flush()

        assert len(held(saver)) == left


def test_a_cleanup_by_hand_sees_what_the_database_has_not_been_given(
    store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0) as manager:
        made = thread_of(JarvisSaver(manager), "thread", 1)
    with begin(store_path, 8, drain_interval=3600.0) as manager:
        put(JarvisSaver(manager), made[0], {"log": "today"}, {"log": 2})
        dead = Path(shutil.copytree(store_path, tmp_path / "dead"))
        monkeypatch.setattr(offline, "SystemClock", lambda: manager._clock)

    found = clean_offline(settings.load({"path": dead, "thread_days": 7}, environ={}))

    assert found.threads == 0


def test_a_thread_that_waits_for_a_person_stays_though_its_task_is_not_known(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        saver = JarvisSaver(manager)
        asked, answered = thread_of(saver, "asked", 1), thread_of(saver, "answered", 1)
        for at in (asked[0], answered[0]):
            saver.put_writes(at, [("__interrupt__", "Shall I?")], "task")
        put(saver, answered[0], {"log": "yes"}, {"log": 2})
        later(manager, 8 * DAY)

        cleanup = manager.cleanup(dry_run=False)

        assert cleanup.threads == 1
        assert (len(held(saver, "asked")), held(saver, "answered")) == (1, [])


def prune(path: Path, **settings: Any) -> RunnableConfig:
    """Of 40 checkpoints one is left, which names a value of the first one; all is archived."""
    with begin(path, 0, **settings) as manager:
        saver = JarvisSaver(manager)
        made = thread_of(saver, "thread", 20, input=noise(99))
        thread_of(saver, "other", 20)
        saver.prune(["thread"])
        saver.delete_thread("other")
        archived(manager)
    latest: RunnableConfig = made[-1]
    return latest


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunnableConfig]:
    path = tmp_path_factory.mktemp("pruned") / "store"
    return path, prune(path)


@pytest.fixture
def pruned(once: tuple[Path, RunnableConfig], tmp_path: Path) -> tuple[Path, RunnableConfig]:
    return Path(shutil.copytree(once[0], tmp_path / "pruned")), once[1]


Pruned = tuple[Path, RunnableConfig]
LEFT = {"input": noise(99), "log": noise(19)}


@pytest.mark.parametrize("chosen", [{}, {"encryption_key": "env:A_KEY"}], ids=["plain", "encrypted"])
def test_what_was_dropped_leaves_the_disk_and_what_stands_is_whole(
    store_path: Path, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    latest = prune(store_path, **chosen)
    with begin(store_path, 1, **chosen) as manager:
        before = bytes_of(store_path)

        freed = manager.cleanup(dry_run=False).freed

        assert freed == 39
        assert before - bytes_of(store_path) > 38 * LARGE / 2
        assert values(JarvisSaver(manager), latest) == LEFT
        assert manager.cleanup().freed == 0


def test_what_would_be_freed_is_seen_from_outside_and_nothing_is_changed(pruned: Pruned) -> None:
    before = bytes_of(pruned[0])

    with closing(open_view(pruned[0])) as view:
        found = Insight(view).cleanup(Rules(retention_days=36_500, decision_days=36_500, thread_days=1))

    assert (found.done, found.threads, found.freed) == (False, 1, 39)
    assert bytes_of(pruned[0]) == before


@pytest.mark.parametrize("gone", ["nothing", "database"])
def test_nothing_that_was_freed_is_missed_or_comes_back(pruned: Pruned, gone: str) -> None:
    store, latest = pruned
    clean_offline(settings.load({"path": store}, environ={}))
    for path in store.glob("jarvis_context.db*") if gone == "database" else ():
        path.unlink()

    with begin(store, 1) as again, closing(open_view(store)) as view:
        saver = JarvisSaver(again)
        again.flush()

        assert (view.rebuilt().gathered.lost, view.rebuilt().gathered.damaged) == ({}, [])
        assert [finding for finding in verify([view]) if finding.level != "ok"] == []
        assert (held(saver), held(saver, "other")) == (ids([latest]), [])
        assert values(saver, latest) == LEFT


def test_what_was_dropped_less_than_an_hour_ago_is_left_to_whoever_is_reading_it(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        thread_of(JarvisSaver(manager), "thread", 5)
        archived(manager)
        JarvisSaver(manager).delete_thread("thread")

        now = manager.cleanup(dry_run=False).freed
        later(manager, 7200)

        assert (now, manager.cleanup(dry_run=False).freed) == (0, 5)


def test_what_told_of_a_drop_goes_when_it_is_older_than_the_horizon(pruned: Pruned) -> None:
    with begin(pruned[0], 1, retention_days=1) as manager:
        first = manager.cleanup(dry_run=False).freed
        archived(manager, hours=48)

        second = manager.cleanup(dry_run=False)

        assert (first, second.freed) == (39, 19)
        assert second.events > 39


def test_a_thread_goes_on_from_what_a_cleanup_has_left_of_it(pruned: Pruned) -> None:
    with begin(pruned[0], 1) as manager:
        saver = JarvisSaver(manager)
        manager.cleanup(dry_run=False)

        after = put(saver, pruned[1], {**LEFT, "log": "short"}, {"log": 21})
        manager.forget_threads()
        last = put(saver, after, {**LEFT, "log": "short"}, {})

        assert values(saver, last) == {"input": noise(99), "log": "short"}


def test_a_thread_that_a_live_cleanup_dropped_can_be_gone_on_with(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        saver = JarvisSaver(manager)
        before = thread_of(saver, "thread", 2, input=noise(99))[-1]
        archived(manager, hours=24 * 8)
        dropped = manager.cleanup(dry_run=False).threads
        later(manager, 7200)

        freed = manager.cleanup(dry_run=False).freed
        after = put(saver, before, {"input": noise(99), "log": "short"}, {"log": 9})

        assert (dropped, freed) == (1, 2)
        assert values(saver, after) == {"input": noise(99), "log": "short"}


def test_what_a_value_was_built_upon_stays_as_long_as_the_value(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        saver, at, text = JarvisSaver(manager), config("thread"), noise(1)
        for number in range(12):
            text = text[:100] + noise(number)[: 40 * number] + text[100:]
            at = put(saver, at, {"text": text}, {"text": number + 1})
        saver.prune(["thread"])
        archived(manager)

        freed = manager.cleanup(dry_run=False).freed

        assert 0 < freed <= 11
        assert values(JarvisSaver(manager), at) == {"text": text}


CHILD = """
import os, sys
from unittest.mock import patch
from jarvis_ctx import settings
from jarvis_ctx.sidecar import clean_offline

path, step = sys.argv[1:]
with patch(step, lambda *given, **named: os._exit(9)):
    clean_offline(settings.load({"path": path}))
"""
STEPS = [
    "jarvis_ctx.journal.archive.replace",
    "jarvis_ctx.storage.sqlite.rewriting.put",
    "jarvis_ctx.retention.cleaner.Cleaner._remove_values",
    "jarvis_ctx.storage.sqlite.upkeep.SqliteUpkeep.shrink",
]


@pytest.mark.crash
@pytest.mark.parametrize("step", STEPS)
def test_freeing_that_is_killed_is_finished_by_the_next(pruned: Pruned, step: str) -> None:
    store, latest = pruned
    full = bytes_of(store)

    status = subprocess.run([sys.executable, "-c", CHILD, str(store), step], check=False).returncode
    clean_offline(settings.load({"path": store}, environ={}))

    with begin(store, 1) as again:
        assert status == 9
        assert full - bytes_of(store) > 38 * LARGE / 2
        assert values(JarvisSaver(again), latest) == LEFT
        assert (again.recovery_report, again.cleanup().freed) == (None, 0)
