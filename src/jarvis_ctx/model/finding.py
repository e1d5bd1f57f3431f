"""What a check of a store found, and what to do about it."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["ok", "warning", "problem"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check's outcome: `ok`, `warning` (works, but look at it) or `problem` (something is wrong or was lost)."""

    check: str
    level: Level
    sentence: str
    remedy: str = ""
    """What to do about it; nothing when all is well."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a store is as it was written: each finding that is not `ok` names something that is damaged."""

    file: str
    """The store's folder."""
    verified: Literal["store"] = "store"
    count: int
    findings: list[Finding]
