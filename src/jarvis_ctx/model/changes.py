"""What changed in a state since an earlier moment."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.event import Stamp


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The state's fields that are not what they were; a mapping has its new entries, and None for those that are gone.

    It may name entries that are as they were. `tasks` and `agents` are how many there are now.
    """

    position: dict[str, int]
    stamp: Stamp
    tasks: int
    agents: int
    fields: dict[str, Any]
