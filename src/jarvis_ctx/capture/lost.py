"""Why a result could not be kept, said of the result."""

from __future__ import annotations

from jarvis_ctx.errors import TooLarge, UnstorableValue

INSIDE = "$['result']"
"""Where a result stands in the body of its event."""


def why_lost(error: UnstorableValue | TooLarge) -> str:
    """What stood in the way of keeping a call's result, as a sentence about the result and without its full stop."""
    path = str(error.facts.get("path", ""))
    if not path.startswith(INSIDE):
        return str(error).removesuffix(".")
    within = path.removeprefix(INSIDE)
    what = f"The result's value at {within}" if within else "The result"
    return f"{what}, of type {error.facts['type']}, cannot be stored exactly: {error.facts['reason']}"
