"""A run that is made again after a crash goes on from what its session holds of it."""

from __future__ import annotations

from typing import Any

import msgspec
from agents import ItemHelpers
from agents.memory import Session

from jarvis_ctx.capture.steps import StepCall, Steps

ALL = 2**31 - 1
"""As a limit: all of a session's items, whatever its settings say. The SDK's own number for it."""


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a run begins with."""

    input: Any
    ended: list[tuple[str, str]] = []
    """Tools and arguments of this run's calls whose outcome the history has already."""


async def carried(steps: Steps, session: Session | None, input: Any) -> Carried:
    """How to begin: where the history has the input and more of this very run, with nothing but the history.

    How long the history was when the run was first begun is a step of it, so that a run made again knows.
    """
    if session is None or not isinstance(input, str | list):
        return Carried(input=input)
    items: list[Any] = await session.get_items(limit=ALL)

    async def length() -> int:
        return len(items)

    ours = items[await steps.arun(StepCall(name="history", key="length"), length) :]
    asked = ItemHelpers.input_to_new_input_list(input)
    if not asked or ours[: len(asked)] != asked:
        return Carried(input=input)
    told = {item.get("call_id") for item in ours if item.get("type") == "function_call_output"}
    calls = [item for item in ours if item.get("type") == "function_call" and item.get("call_id") in told]
    return Carried(input=[], ended=[(item["name"], item["arguments"]) for item in calls])
