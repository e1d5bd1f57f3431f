"""The SDK's compaction replaces what a JarvisSession holds in one step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from agents import Agent, Runner
from agents.memory import OpenAIResponsesCompactionSession
from agents.testing import ScriptedModel, assistant_message

from jarvis_ctx.adapters.openai_agents import JarvisSession
from tests.adapters.openai_agents.histories import message, messages, texts

pytestmark = pytest.mark.anyio

SHORT = message("the story so far")


class Compactor:
    """OpenAI's client, as far as it compacts: whatever it is given becomes one message."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.responses = self

    async def compact(self, **asked: Any) -> Any:
        self.given.append(asked["input"])
        return SimpleNamespace(output=[SHORT], usage=None)


@pytest.fixture
def session(store_path: Path) -> Iterator[JarvisSession]:
    with JarvisSession("42", store_path) as made:
        yield made


def compacting(session: JarvisSession) -> OpenAIResponsesCompactionSession:
    client: Any = Compactor()
    return OpenAIResponsesCompactionSession(
        "42", session, client=client, compaction_mode="input", should_trigger_compaction=lambda _: True
    )


async def test_all_of_a_history_is_replaced_by_one_event(session: JarvisSession) -> None:
    await session.add_items(messages("a", "b", "c"))
    before = session.manager.journal.writer.number

    await compacting(session).run_compaction({"force": True})

    assert await session.get_items() == [SHORT]
    assert session.manager.journal.writer.number == before + 1


async def test_after_a_run_what_the_model_has_seen_is_replaced_and_what_it_has_not_stays(
    session: JarvisSession,
) -> None:
    model = ScriptedModel([[assistant_message("an answer")]])
    await session.add_items(messages("not seen", "seen"))
    agent, wrapped = Agent("teller", model=model), compacting(session)
    session.session_settings.limit = 1  # type: ignore[union-attr]

    await Runner.run(agent, "a question", session=wrapped)

    assert await texts(session, -1) == ["not seen", "the story so far"]


async def test_an_item_that_came_meanwhile_keeps_its_end_of_the_history_from_being_replaced(
    session: JarvisSession,
) -> None:
    await session.add_items(messages("a", "b", "c"))
    snapshot = await session._get_compaction_snapshot(2)
    await session.add_items(messages("d"))

    assert snapshot is not None
    assert (snapshot.items, snapshot.complete) == (messages("b", "c"), False)
    assert not await snapshot.replace_suffix(0, [SHORT])
    assert await texts(session) == ["a", "b", "c", "d"]


async def test_items_that_were_compacted_twice_stay_away(session: JarvisSession) -> None:
    await session.add_items(messages("a", "b"))
    await session._atomic_replace_items(messages("c", "d"))
    await session.add_items(messages("e"))
    snapshot = await session._get_compaction_snapshot(2)

    assert snapshot is not None
    assert await snapshot.replace_suffix(1, messages("f"))
    assert await texts(session) == ["c", "d", "f"]
