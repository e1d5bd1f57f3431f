"""What became of an unfinished call that a start after a crash was to make again."""

from __future__ import annotations

from typing import Literal

import msgspec

from jarvis_ctx.model.ids import TaskId

Outcome = Literal["finished", "failed", "running", "waiting", "taken", "refused"]


class Redispatched(msgspec.Struct, frozen=True, kw_only=True):
    """One unfinished call. `waiting`: nobody is there yet who could make it (no object of its class, or, for a
    coroutine function, no event loop: `await aresume()`); `taken`: the program made it first; `refused`: it cannot be
    made again. `reason` says why it failed or was refused.
    """

    task: TaskId
    method: str
    outcome: Outcome
    reason: str = ""
