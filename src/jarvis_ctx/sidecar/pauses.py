"""The machine's own way to wait between two tries of a step."""

from __future__ import annotations

import os
import time

from jarvis_ctx.capture.retries import Pauses


def chance() -> float:
    """A number from 0 to 1, another one each time and in each process, forked ones too."""
    return int.from_bytes(os.urandom(4)) / 2**32


async def asleep(seconds: float) -> None:
    """Let other coroutines run meanwhile."""
    import asyncio

    await asyncio.sleep(seconds)


PAUSES = Pauses(chance=chance, sleep=time.sleep, asleep=asleep)
