"""What a backup needs of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from jarvis_ctx.disk.progress import Progress


class Copying(Protocol):
    """A copy of the store while it lives. Raises `StoreUnavailable`."""

    def copy(self, target: Path, progress: Progress) -> dict[str, int] | None:
        """Write a copy of this moment to the new file `target`, blocking no writer; verified, not yet synced.

        Returns for each writer the number up to which the copy has all its events; None from an engine without a file.
        """
        ...
