"""No cleanup chooses by columns that have rotted which events of a thread go."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.adapters.langgraph import JarvisSaver
from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.sidecar import JarvisContextManager, clean_offline
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.storage.sqlite.connection import connect
from tests.adapters.langgraph.graphs import config, put, values
from tests.unit.retention.aged import archived, begin
from tests.unit.sidecar.test_healing import heal

NINE = {"said": 9}


def half_dropped(store: Path) -> JarvisContextManager:
    """A run with two threads of which one was dropped; a bit flips, and the other one stands under its name."""
    manager = begin(store, 0)
    saver = JarvisSaver(manager)
    put(saver, config("mine"), {"said": 1}, {"said": 1})
    put(saver, config("nine"), NINE, {"said": 1})
    saver.delete_thread("mine")
    archived(manager)
    with closing(connect(store / DATABASE, "mode=rw", 5)) as connection:
        connection.execute("UPDATE events SET subject = replace(subject, 'nine', 'mine') WHERE kind GLOB 'Graph*'")
    return manager


def test_a_run_makes_its_database_anew_before_it_removes_anything(store_path: Path) -> None:
    with half_dropped(store_path) as manager:
        with pytest.raises(StoreDamaged, match="nothing is removed before it was made anew"):
            manager.cleanup(dry_run=False)
        heal(manager)
        manager.flush()

        freed = manager.cleanup(dry_run=False).freed

        assert (manager.healer.healed, freed) == (1, 1)
        assert values(JarvisSaver(manager), config("nine")) == NINE


def test_by_hand_nothing_is_removed_and_the_next_start_makes_it_anew(store_path: Path) -> None:
    half_dropped(store_path).close()
    chosen = settings.load({"path": store_path}, environ={})

    with pytest.raises(StoreDamaged):
        clean_offline(chosen)
    with begin(store_path, 1) as again:
        again.flush()

        assert list(store_path.glob(f"{DATABASE}.damaged*")) != []
        assert values(JarvisSaver(again), config("nine")) == NINE
        assert again.cleanup(dry_run=False).freed == 1
