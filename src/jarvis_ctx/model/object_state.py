"""What is kept of the orchestrator's own object: the fields it named, or what its `capture_state` returned."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId

KeptField = tuple[str, str, Any]
"""Name; `json` or `pickle`; and the tagged JSON, or {key, mac, data} of a signed pickle."""


class ObjectState(msgspec.Struct, frozen=True, kw_only=True):
    """The latest state of one object. `id` is its class's name, with `#2` and so on for later objects of the class."""

    id: str
    run: RunId
    updated: Stamp
    captured: int = 0
    """When its fields were read; 0 before the first time."""
    position: dict[str, int] = {}
    """Of each writer of that run, the last number before that; later events may show in the fields or not."""
    count: int = 0
    """Which capture of its run it was, from 1."""
    fields: list[KeptField] = []
    lost: list[tuple[str, str]] = []
    """Fields that could not be kept, each with its type and the reason."""
    whole: bool = False
    """True when the one field is all that `capture_state` returned, which was no dict."""
    failed: str = ""
    """Why the last capture did not come about; the fields are then of the one before."""
    restored: str = ""
    """The run whose object was last given it back."""
