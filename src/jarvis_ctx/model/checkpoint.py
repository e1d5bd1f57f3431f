"""The state kept: what a checkpoint says of itself."""

from __future__ import annotations

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId


class CheckpointHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint without its contents. `hash` is their SHA-256, `stamp` that of the last event folded into them."""

    id: str
    orchestrator: str
    run: RunId
    epoch: int
    taken: int
    position: dict[str, int]
    stamp: Stamp
    hash: str
    size: int
    tasks: int
    agents: int
    label: str = ""
    """The recovery point's name, or nothing."""
    seal: str = ""
    """SHA-256 over all the other fields: a position that rotted would skip events, or fold them twice."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint with its contents: the state as JSON text."""

    header: CheckpointHeader
    state: bytes
