"""Sessions are kept as long as it was said, and items that have gone leave the disk."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.adapters.openai_agents import JarvisSession
from jarvis_ctx.sidecar.opening import DATABASE
from tests.adapters.openai_agents.histories import messages, texts
from tests.unit.retention.aged import DAY, archived, begin, judged, later, rot

pytestmark = pytest.mark.anyio


async def anything(session: JarvisSession, chance: random.Random) -> None:
    """Do one of all that can be done with a session."""
    does: list[Any] = [session.pop_item] * 3 + [session.clear_session] + [session._atomic_replace_items] * 2
    what = chance.choice(does + [session.add_items] * 8)
    items = messages(*(f"{chance.random()}" for _ in range(chance.randint(1, 4))))
    await (what(items) if what in (session.add_items, session._atomic_replace_items) else what())


async def test_a_session_goes_after_its_days_and_one_whose_run_has_not_ended_stays(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        idle, busy = JarvisSession("idle", manager), JarvisSession("busy", manager)
        await idle.add_items(messages("a"))
        await busy.add_items(messages("b"))
        manager.update_task_progress("run", {"status": "in_progress", "openai_agents": {"session": "busy"}})
        later(manager, 8 * DAY)

        cleanup = manager.cleanup(dry_run=False)

        assert cleanup.threads == 1
        assert (await texts(idle), await texts(busy)) == ([], ["b"])
        assert manager.cleanup().threads == 0


async def test_what_is_added_while_a_cleanup_drops_its_session_stays_for_good(store_path: Path) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        session = JarvisSession("42", manager)
        await session.add_items(messages("a", "b"))
        later(manager, 8 * DAY)
        dropping = judged(manager)

        await session.add_items(messages("I am back"))
        for drop in dropping:
            manager.journal.append(*drop)
        archived(manager)

        assert manager.cleanup(dry_run=False).freed == 1
        assert await texts(session) == ["I am back"]
        later(manager, 8 * DAY)
        assert manager.cleanup().threads == 1


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_was_done_a_cleanup_frees_only_what_nobody_sees(store_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with begin(store_path, 0, retention_days=1) as manager:
        session = JarvisSession("42", manager)
        for _ in range(4):
            for _ in range(15):
                await anything(session, chance)
            archived(manager)
            before = await session.get_items()

            freed = manager.cleanup(dry_run=False).freed
            later(manager, chance.choice([0, DAY]))

            assert await session.get_items() == before
            assert freed > 0


async def test_of_a_session_that_was_cleared_and_is_old_nothing_is_left(store_path: Path) -> None:
    with begin(store_path, 0, retention_days=1) as manager:
        session = JarvisSession("42", manager)
        await session.add_items(messages("a", "b"))
        await session.pop_item()
        await session.clear_session()
        archived(manager)

        first = manager.cleanup(dry_run=False).freed
        later(manager, 2 * DAY)
        second = manager.cleanup(dry_run=False).freed

        assert (first, second) == (2, 1)
        assert manager.threads.source().scan('{"', "}", 9) == []


async def test_a_clearing_that_has_rotted_takes_nothing_that_was_added_while_it_was_told(
    store_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        session = JarvisSession("42", manager)
        await session.add_items(messages("a", "b"))
        later(manager, 8 * DAY)
        dropping = judged(manager)
        await session.add_items(messages("I am back"))
        for drop in dropping:
            manager.journal.append(*drop)
        await session.add_items(messages("and here"))
        archived(manager, hours=24 * 8)
        rot(store_path, "SessionCleared")

        dropped = manager.cleanup(dry_run=False).threads
        later(manager, 2 * 3600)
        freed = manager.cleanup(dry_run=False).freed

        assert (len(dropping), dropped, freed) == (1, 0, 0)
        assert "Nothing of session '42' is freed" in caplog.text
    (store_path / DATABASE).unlink()
    with begin(store_path, 40) as again:
        again.flush()
        assert await texts(JarvisSession("42", again)) == ["I am back", "and here"]
