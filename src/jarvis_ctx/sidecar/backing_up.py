"""A backup on the orchestrator's own word, while it goes on."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

from jarvis_ctx.clock import Clock
from jarvis_ctx.disk.progress import Progress, unwatched
from jarvis_ctx.settings import Settings

if TYPE_CHECKING:
    from jarvis_ctx.sidecar.backups import Backup


class BackingUp:
    """What a sidecar does for a backup of its store."""

    settings: Settings
    _clock: Clock

    def backup(self, target: str | PathLike[str], *, key: bool = True, progress: Progress = unwatched) -> Backup:
        """Take a backup of the whole store, of all its orchestrators, while everybody goes on; no call waits for it.

        `target` is a new folder or, when it ends in `.tar.zst`, a new file; it is whole or not there. It holds all that
        was said before the call. `key=False` leaves out `secret.key`. `progress` is told bytes done and bytes in all.
        Raises `BadValue` for a target that is there already, and `OSError`.
        """
        from jarvis_ctx.sidecar import backups  # Hardly any run takes one, and no start should wait for it.

        return backups.take(self.settings, target, key=key, progress=progress, clock=self._clock)
