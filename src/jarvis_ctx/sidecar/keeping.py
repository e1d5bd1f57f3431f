"""Checkpoints of a live run: of its journal's state, in database and files."""

from __future__ import annotations

from collections.abc import Callable

from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.checkpoint.surplus import Surplus
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.pictures import Pictures
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery.ground import Ground

FLUSH_PATIENCE = 5.0
"""Seconds a checkpoint waits for the database before it writes an emergency file instead."""


def live_keeper(ground: Ground, journal: Journal, run: RunRecord) -> Keeper:
    """Takes the checkpoints of `run`, which may be asked for in any of its threads."""
    pictures = Pictures(journal.writer)
    return Keeper(
        run=run,
        store=ground.store.checkpoints,
        files=ground.files,
        clock=ground.clock,
        picture=pictures.whole,
        flush=lambda: journal.flush(FLUSH_PATIENCE),
        changes=pictures.changes,
        interrupted=lambda: journal.interrupted,
    )


def live_archiving(ground: Ground, journal: Journal, settle: Callable[[], object]) -> Archiving:
    """Archives what two checkpoints cover, and forgets those that are not to be kept; then lets the store `settle`."""
    name, kept = ground.settings.name, ground.settings.checkpoints_kept
    surplus = Surplus(ground.files, ground.store.checkpoints, name, kept)
    return Archiving(ground.files, journal.archive, surplus.forget, settle)
