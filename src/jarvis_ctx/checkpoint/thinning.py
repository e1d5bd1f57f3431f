"""Which checkpoints are kept: the newest few, one an hour for a day, every recovery point, and what these build on."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis_ctx.clock import HOUR
from jarvis_ctx.model.checkpoint import CheckpointHeader

HOURS_KEPT = 24


def surplus(headers: Iterable[CheckpointHeader], newest_kept: int) -> list[CheckpointHeader]:
    """The checkpoints to forget. The day counts back from the newest, so a clock that jumps removes nothing more."""
    ordered = sorted(headers, key=lambda header: (header.epoch, header.taken), reverse=True)
    kept = {header.id for header in ordered[:newest_kept]} | {header.id for header in ordered if header.label}
    hours: set[int] = set()
    for header in ordered:
        age = (ordered[0].taken - header.taken) // HOUR
        if 0 <= age < HOURS_KEPT and age not in hours:
            hours.add(age)
            kept.add(header.id)
    kept |= {header.base for header in ordered if header.id in kept}
    return [header for header in ordered if header.id not in kept]
