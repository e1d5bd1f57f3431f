"""Forgets the checkpoints that are not to be kept, in files and database; whoever takes one does not wait for it."""

from __future__ import annotations

import logging

from jarvis_ctx.checkpoint import thinning
from jarvis_ctx.checkpoint.contents import intact
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore

log = logging.getLogger("jarvis_ctx")


class Surplus:
    """One orchestrator's checkpoints that thinning leaves no place for."""

    def __init__(self, files: CheckpointFiles, store: CheckpointStore, orchestrator: str, kept: int) -> None:
        """`kept`: how many of the newest stay in any case."""
        self._files, self._store, self._orchestrator, self._kept = files, store, orchestrator, kept

    def forget(self) -> None:
        """Delete them, but for those that say of themselves what does not verify.

        Raises `OSError`, and `StoreUnavailable` when the files are gone already.
        """
        by_id = {header.id: (path, header) for path, header in self._files.headers()}
        for header in thinning.surplus((header for _, header in by_id.values()), self._kept):
            self._files.delete(by_id[header.id][0])
            log.debug("checkpoint %s was thinned away", header.id)
        kept = [header for header in self._store.headers(self._orchestrator) if intact(header)]
        found = thinning.surplus(kept, self._kept)
        if found:
            self._store.delete([header.id for header in found])
