"""The names things go by."""

from __future__ import annotations

from typing import NewType

RunId = NewType("RunId", str)
WriterId = NewType("WriterId", str)
TaskId = NewType("TaskId", str)
AgentId = NewType("AgentId", str)

ID_LIMIT = 512
"""Characters a task's or agent's id may have."""
