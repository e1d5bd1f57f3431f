"""Waits for a change to be made even when whoever waits is cancelled, so that nobody takes it for not made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def settled(work: Callable[..., T], *given: Any) -> T:
    """Do `work` in a thread. A cancellation is raised once it is done, unless it raised something itself."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *given))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result
