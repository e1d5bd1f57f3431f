"""The same calls have the same answers as the SDK's own SQLiteSession gives."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

from agents.memory import Session, SQLiteSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ITEMS = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": JSON})
CALLS = st.one_of(
    st.tuples(st.just("add_items"), st.lists(ITEMS, max_size=30)),
    st.tuples(st.just("get_items"), st.none() | st.integers(-1, 40)),
    st.tuples(st.just("pop_item")),
    st.tuples(st.just("pop_item")),
    st.tuples(st.just("clear_session")),
)


async def _answers(session: Session, calls: list[tuple[Any, ...]]) -> list[Any]:
    found = [await getattr(session, name)(*arguments) for name, *arguments in calls]
    return [*found, await session.get_items()]


def test_any_calls_have_the_answers_that_the_sdks_own_session_gives(store_path: Path) -> None:
    ids = itertools.count()

    with JarvisContextManager(store_path) as manager:

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(CALLS, max_size=25))
        def agree(calls: list[tuple[Any, ...]]) -> None:
            theirs, ours = SQLiteSession("42"), JarvisSession(str(next(ids)), manager)
            expected = asyncio.run(_answers(theirs, calls))
            theirs.close()
            assert asyncio.run(_answers(ours, calls)) == expected

        agree()
