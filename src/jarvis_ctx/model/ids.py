"""The names things go by."""

from __future__ import annotations

import re
from typing import NewType

RunId = NewType("RunId", str)
WriterId = NewType("WriterId", str)
TaskId = NewType("TaskId", str)
AgentId = NewType("AgentId", str)

ID_LIMIT = 512
"""Characters a task's or agent's id may have."""

_RUN = re.compile(r"(?P<orchestrator>[A-Za-z0-9_-]+)\.\d+\.[0-9a-f]{6}")


def run_id(orchestrator: str, epoch: int, chance: bytes) -> RunId:
    """A new run's; `chance` is three bytes."""
    return RunId(f"{orchestrator}.{epoch}.{chance.hex()}")


def orchestrator_of(run: str) -> str:
    """Whose run it is; nothing where the id does not tell."""
    named = _RUN.fullmatch(run)
    return named["orchestrator"] if named else ""
