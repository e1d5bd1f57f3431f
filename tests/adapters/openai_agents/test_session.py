"""JarvisSession keeps what it is given, in order, whole, and through anything."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from pathlib import Path
from typing import Any

import pytest
from agents import RunContextWrapper
from agents.memory import Session, SessionSettings

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession
from jarvis_ctx.adapters.openai_agents.keeping import Keeping
from jarvis_ctx.errors import BadValue, CarriedOverFork, StoreInUse, UnstorableValue
from tests.adapters.openai_agents.histories import damage, message, messages, texts
from tests.locked import locked

pytestmark = pytest.mark.anyio


async def test_it_is_a_session_of_the_sdk_that_takes_the_context_of_a_run(store_path: Path) -> None:
    wrapper = RunContextWrapper(context=None)

    with JarvisSession("42", store_path) as session:
        await session.add_items(messages("a", "b"), wrapper=wrapper)
        popped = await session.pop_item(wrapper=wrapper)

        assert isinstance(session, Session)
        assert popped == message("b")
        assert await session.get_items(1, wrapper=wrapper) == messages("a")
        await session.clear_session(wrapper=wrapper)
        assert await session.get_items() == []


async def test_the_next_run_goes_on_from_the_history_of_the_last(store_path: Path) -> None:
    with JarvisSession("42", store_path) as session:
        await session.add_items(messages("a", "b"))
        await session.pop_item()

    with JarvisSession("42", store_path) as session:
        await session.add_items(messages("c"))

        assert await texts(session) == ["a", "c"]


async def test_a_pop_in_the_middle_of_this_threads_own_is_refused_and_takes_nothing(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        keeping = Keeping(manager, "42")
        keeping.add(messages("a", "b"))

        with manager.threads.turn(), pytest.raises(StoreInUse):
            keeping.pop()

        assert [keeping.pop(), keeping.pop(), keeping.pop()] == [message("b"), message("a"), None]


async def test_sessions_of_one_store_have_nothing_to_do_with_each_other(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        one, other = JarvisSession('a"', manager), JarvisSession("a", manager)
        await one.add_items(messages("a", "b"))
        await other.add_items(messages("c"))
        await one.clear_session()

        assert await texts(one) == []
        assert await texts(other) == ["c"]


async def test_without_a_limit_the_settings_have_theirs(store_path: Path) -> None:
    with JarvisSession("42", store_path, session_settings=SessionSettings(limit=2)) as session:
        await session.add_items(messages("a", "b", "c"))

        assert await texts(session) == ["b", "c"]
        assert await texts(session, 1) == ["c"]
        assert await texts(session, 0) == []
        assert await texts(session, -1) == ["a", "b", "c"]


async def test_a_batch_with_an_item_that_cannot_be_stored_adds_nothing(store_path: Path) -> None:
    with JarvisSession("42", store_path) as session:
        with pytest.raises(UnstorableValue):
            await session.add_items([message("a"), {"role": "user", "content": object()}])

        assert await session.get_items() == []


async def test_items_come_back_as_they_were_given(store_path: Path) -> None:
    given: Any = {"role": "user", "content": "\udcff\0", "n": [1 << 70, math.inf, (1, 2)], "$tuple": [1]}

    with JarvisSession("42", store_path) as session:
        await session.add_items([given, {"$tuple": 1}])  # type: ignore[list-item]

        assert await session.get_items() == [given, {"$tuple": 1}]


async def test_items_that_were_read_are_the_readers_own(store_path: Path) -> None:
    with JarvisSession("42", store_path) as session:
        await session.add_items(messages("a"))
        found: list[Any] = await session.get_items()
        found[0]["content"] = "changed"

        assert await texts(session) == ["a"]


async def test_first_writers_at_once_lose_nothing_and_no_batch_is_torn(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        sessions = [JarvisSession("42", manager) for _ in range(8)]

        async def write(number: int) -> None:
            await sessions[number].add_items(messages(*[str(number)] * 3))

        await asyncio.gather(*(asyncio.to_thread(asyncio.run, write(number)) for number in range(8)))
        found = await texts(sessions[0])

        assert sorted(found[::3]) == [str(number) for number in range(8)]
        assert found == [text for text in found[::3] for _ in range(3)]


async def test_no_two_threads_pop_the_same_item(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        sessions = [JarvisSession("42", manager) for _ in range(4)]
        await sessions[0].add_items(messages(*map(str, range(20))))

        async def take(session: JarvisSession) -> list[Any]:
            return [await session.pop_item() for _ in range(5)]

        taken = await asyncio.gather(*(asyncio.to_thread(asyncio.run, take(session)) for session in sessions))

        assert sorted(int(item["content"]) for each in taken for item in each) == list(range(20))
        assert await sessions[0].get_items() == []


async def test_a_damaged_event_is_left_out_with_a_warning_and_the_rest_is_there(
    store_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with JarvisSession("42", store_path) as session:
        for text in ("before", "damaged", "after"):
            await session.add_items(messages(text))
    damage(store_path, "damaged")

    with JarvisSession("42", store_path) as session, caplog.at_level(logging.WARNING):
        assert await texts(session) == ["before", "after"]
        assert await texts(session, 2) == ["before", "after"]

    assert "is damaged" in caplog.text


async def test_a_locked_database_keeps_nobody_from_adding(store_path: Path) -> None:
    with JarvisSession("42", store_path) as session:
        await session.add_items(messages("a"))
        session.manager.flush()

        with locked(store_path / "jarvis_context.db"):
            await session.add_items(messages("b"))

        assert await texts(session) == ["a", "b"]


@pytest.mark.parametrize("durability", ["power", "store"])
async def test_a_cancelled_addition_is_there_or_not_begun(store_path: Path, durability: str) -> None:
    with JarvisSession("42", store_path, durability=durability) as session:
        adding = asyncio.create_task(session.add_items(messages("a")))
        await asyncio.sleep(0)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding

        assert await texts(session) == ["a"]


async def test_secrets_are_replaced_where_none_may_be_kept(store_path: Path) -> None:
    with JarvisSession("42", store_path, secrets="drop") as session:
        await session.add_items([{"role": "user", "content": "x", "api_key": "sk-1234567890abcdef"}])  # type: ignore[list-item]

        assert "sk-1234567890abcdef" not in str(await session.get_items())


async def test_a_handle_carried_over_a_fork_refuses(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JarvisSession("42", store_path) as session:
        monkeypatch.setattr(os, "getpid", lambda: 0)
        with pytest.raises(CarriedOverFork, match="JarvisSession"):
            await session.get_items()
        monkeypatch.undo()


@pytest.mark.parametrize("name", ["", "x" * 513, "\udcff", 7])
def test_a_name_that_no_store_can_hold_is_refused(store_path: Path, name: Any) -> None:
    with pytest.raises(BadValue, match="session_id"):
        JarvisSession(name, store_path)
