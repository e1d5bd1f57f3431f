"""What a supervisor is told: which command, when to start it again, when to end it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

Restart = Literal["on-failure", "always", "never"]

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """Fixed for a supervisor's life. Times in seconds; 0 means never, or no limit."""

    command: tuple[str, ...]
    environ: dict[str, str]
    folder: Path
    name: str
    named: bool = True
    """Whether somebody has said the name, which then tells it apart from the store's other orchestrators."""
    restart: Restart = "on-failure"
    max_restarts: int = 5
    within: float = 600.0
    hang_timeout: float = 0.0
    term_grace: float = 10.0
    memory_limit: int = 0
    """Bytes that the command and all it has started may hold together."""
    log_file: Path | None = None
    adopt: bool = False
    beside: tuple[tuple[str, ...], ...] = ()
    """Commands that are started before it and ended after it, and started again when they end."""
    secret_names: str = ""
    keeps_output: bool = True
    """Whether its last lines are written down: not in plain text beside a store that is encrypted."""


def memory_size(text: str) -> int:
    """Bytes, of `2G`, `1.5 GB`, `800M` or a plain number; 0 of nothing. For what the setting's pattern lets through."""
    number = text.replace(" ", "").removesuffix("B")
    unit = number[-1:] if number[-1:].isalpha() else ""
    return round(float(number.removesuffix(unit) or 0) * UNITS[unit])
