"""Checkpoints of a store that nobody runs."""

from __future__ import annotations

from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.errors import NothingToKeep
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.begin import Ground
from jarvis_ctx.storage.memory.checkpoints import MemoryCheckpoints
from jarvis_ctx.storage.memory.gate import Gate


def offline_keeper(ground: Ground, state: State) -> Keeper:
    """Takes checkpoints of `state`, in files alone. Raises `NothingToKeep` where nobody ever ran.

    The database is left out: a checkpoint in it says that its tables are as new as that, and only a drain makes them.
    """
    run = state.latest_run
    if run is None:
        raise NothingToKeep(orchestrator=state.name, path=str(ground.folder))
    return Keeper(
        run=run,
        store=MemoryCheckpoints(Gate()),
        files=ground.files,
        clock=ground.clock,
        picture=lambda: state,
        flush=lambda: None,
    )
