"""No copy: an engine without a file has its past in the journal and its archive."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.storage.memory.gate import Gate


class MemoryCopying:
    """The `Copying` port."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def copy(self, target: Path, progress: Progress) -> dict[str, int] | None:
        """Nothing is written."""
        with self._gate.held():
            return None
