"""JarvisSession: an agent's history, durable when `add_items` returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from agents import RunContextWrapper, TResponseInputItem
from agents.memory import SessionSettings
from agents.memory.session_settings import coerce_session_settings, resolve_session_limit

from jarvis_ctx.adapters.openai_agents.compaction import Compactable
from jarvis_ctx.adapters.openai_agents.keeping import Keeping
from jarvis_ctx.adapters.openai_agents.settled import settled
from jarvis_ctx.adapters.opening import Standing, Store
from jarvis_ctx.capture.checks import identifier

Items = list[TResponseInputItem]
Wrapper = RunContextWrapper[Any] | None


class JarvisSession(Compactable, Standing):
    """A session of the OpenAI Agents SDK on a jarvis-ctx store: `Runner.run(agent, "…", session=JarvisSession("42"))`.

    A batch of items is added whole or not at all, and is durable when the call returns, as the store's `durability` has
    it. `store` is a `JarvisContextManager`, or the path of a store (default: the setting `path`), whose sidecar in this
    process is joined or opened; further arguments are settings of that sidecar. `session_settings` are the SDK's own.
    Close it after use: it is a context manager.

    Safe in any thread and in asyncio, with any number of sessions of one id. Only in processes that share a run can two
    `pop_item` give the same item. The SDK's compaction replaces items in one step. Writing raises as
    `JarvisContextManager`'s verbs, and `UnstorableValue`; reading raises `StoreUnavailable`, and leaves out what is
    damaged, with a warning in the log. In a forked child everything raises `CarriedOverFork`. `wrapper` is the SDK's
    context of the run, which makes no difference here.
    """

    session_settings: SessionSettings | None

    def __init__(
        self,
        session_id: str,
        store: Store = None,
        *,
        session_settings: SessionSettings | dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.session_id = identifier("session_id", session_id)
        self.session_settings = coerce_session_settings(session_settings or {})
        super().__init__(store, settings)
        self._kept = Keeping(self.manager, session_id)
        self._in_place = self.manager.settings.durability == "process"

    async def get_items(self, limit: int | None = None, *, wrapper: Wrapper = None) -> Items:
        """The last `limit` items, the oldest first; without one, as `session_settings` has it, or all."""
        self.check()
        wanted = resolve_session_limit(limit, self.session_settings)
        return await asyncio.to_thread(self._kept.items, None if wanted is not None and wanted < 0 else wanted)

    async def add_items(self, items: Items, *, wrapper: Wrapper = None) -> None:
        """Add items to the end."""
        await self._written(self._kept.add, items)

    async def pop_item(self, *, wrapper: Wrapper = None) -> TResponseInputItem | None:
        """Take the last item away and return it; None where there is none."""
        self.check()
        return await settled(self._kept.pop)

    async def clear_session(self, *, wrapper: Wrapper = None) -> None:
        """Let go of all items."""
        await self._written(self._kept.clear)

    async def _written(self, write: Callable[..., None], *given: Any) -> None:
        """Under `durability="process"` writing waits for nothing, so that it needs no thread."""
        self.check()
        if self._in_place:
            write(*given)
        else:
            await settled(write, *given)
