"""An agent and its latest sign of life."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import AgentId

Health = Literal["unseen", "alive", "stuck", "stale", "gone", "ended"]


class AgentRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is known of an agent from events; its beats are in a `Lease`."""

    id: AgentId
    created: int
    updated: Stamp
    status: str = "active"
    health: Health = "unseen"
    changed: int = 0
    """When `health` last changed."""
    details: dict[str, Any] = {}


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's last beat; overwritten by the next, never an event."""

    agent: AgentId
    beat: int
    beats: int = 1
    details: dict[str, Any] = {}
    moved: int = 0
    """When its details last changed, µs."""
