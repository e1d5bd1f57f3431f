"""The state kept: what a checkpoint says of itself."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId

BASED = re.compile(r"(.+@[0-9]{1,17})\+[0-9]{1,17}", re.DOTALL)
"""The id of a checkpoint that builds on another one: that one's, which ends with its time, and its own time."""


class CheckpointHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint without its contents. `hash` is their SHA-256, `stamp` that of the last event folded into them.

    One whose id is another's, a plus sign and its time holds what changed since that one, its base.
    """

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

    @property
    def base(self) -> str:
        """The id of the whole checkpoint it holds the changes since, or nothing: then it is whole itself."""
        found = BASED.fullmatch(self.id)
        return found[1] if found is not None else ""

    def to_json(self) -> dict[str, Any]:
        """As plain data, as docs/cli.md has it."""
        return {**msgspec.structs.asdict(self), "taken": iso(self.taken), "stamp": list(self.stamp)}


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint with its contents as JSON text: the state, or what changed in it since the base."""

    header: CheckpointHeader
    state: bytes
    base: Snapshot | None = None
    """What the changes are to be put into, where that is there and was asked for."""
