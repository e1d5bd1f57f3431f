"""Threads with large values, and what they take up on disk."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from jarvis_ctx.adapters.langgraph import JarvisSaver
from tests.adapters.langgraph.graphs import config, put

LARGE = 20_000


def noise(seed: int) -> str:
    """A value that no compression makes small."""
    return random.Random(seed).randbytes(LARGE // 2).hex()


def thread_of(saver: JarvisSaver, thread: str, count: int, **first: Any) -> list[Any]:
    """So many checkpoints of a thread: `log` is new with each, what is named `first` only with the first one."""
    made, at = [], config(thread)
    for number in range(count):
        values = {**first, "log": noise(number)}
        at = put(saver, at, values, dict.fromkeys(values if number == 0 else ["log"], number + 1))
        made.append(at)
    return made


def bytes_of(folder: Path) -> int:
    """The bytes of database and journal."""
    journal = [*folder.joinpath("journal").rglob("*.zst"), *folder.joinpath("journal", "values").glob("*")]
    return sum(path.stat().st_size for path in [*folder.glob("jarvis_context.db*"), *journal])
