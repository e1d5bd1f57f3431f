"""What a check found, and what to do about it."""

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


def ok(check: str, sentence: str) -> Finding:
    return Finding(check=check, level="ok", sentence=sentence)


def warning(check: str, sentence: str, remedy: str) -> Finding:
    return Finding(check=check, level="warning", sentence=sentence, remedy=remedy)


def problem(check: str, sentence: str, remedy: str) -> Finding:
    return Finding(check=check, level="problem", sentence=sentence, remedy=remedy)
