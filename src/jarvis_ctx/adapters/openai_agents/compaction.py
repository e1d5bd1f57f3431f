"""What the SDK's compaction asks of a session beyond the protocol, so that no kill leaves a history half replaced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from jarvis_ctx.adapters.openai_agents.keeping import Keeping
from jarvis_ctx.adapters.openai_agents.settled import settled


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a history, in the shape the SDK reads."""

    items: list[Any]
    complete: bool
    """Whether nothing is before them."""
    replace_suffix: Callable[[int, list[Any]], Awaitable[bool]]
    """Puts other items in the place of those from an index on; False where the history has another end by now."""


class Compactable:
    """Replaces items in one step. The names are the SDK's; without them it clears a session and adds anew."""

    _kept: Keeping

    async def _get_compaction_snapshot(
        self, limit: int, *, prune_prefix: Callable[[Any], bool] | None = None
    ) -> Snapshot | None:
        """The last `limit` items; None where a prefix is to go as well, so that the SDK replaces all."""
        if prune_prefix is not None:
            return None
        found = await settled(self._kept.tail, limit + 1)
        here = found[-limit:]

        async def replace_suffix(start: int, items: list[Any]) -> bool:
            return await settled(self._kept.replace, [spot for spot, _ in here[start:]], items)

        return Snapshot(items=[item for _, item in here], complete=len(found) <= limit, replace_suffix=replace_suffix)

    async def _atomic_replace_items(self, items: list[Any]) -> bool:
        await settled(self._kept.replace_all, items)
        return True
