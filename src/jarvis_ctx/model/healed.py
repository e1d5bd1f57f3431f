"""A database that was made anew while its run lived: why, when, from what, and what is in it."""

from __future__ import annotations

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId


class Healed(msgspec.Struct, frozen=True, kw_only=True):
    """What a `DatabaseHealed` event tells; `at` in µs, `seconds` that it took."""

    reason: str
    aside: list[str] = []
    """The files that were moved aside for it."""
    segments: int = 0
    """Segments it was made from, archived or not."""
    checkpoints: int = 0
    """Checkpoint files it was given."""
    events: int = 0
    tasks: int = 0
    steps: int = 0
    runs: int = 0
    seconds: float = 0.0
    damaged: list[str] = []
    """What could not be read for it, a sentence each."""
    run: RunId = RunId("")
    at: int = 0

    @classmethod
    def told(cls, event: Event) -> Healed:
        """As an event tells it. Raises `TypeError` or `ValueError` for a body that does not."""
        return decoding.convert({**event.body, "run": event.run, "at": event.time}, cls)

    def body(self) -> dict[str, object]:
        """As an event tells it."""
        told: dict[str, object] = msgspec.to_builtins(self)
        return {name: value for name, value in told.items() if name not in ("run", "at")}
