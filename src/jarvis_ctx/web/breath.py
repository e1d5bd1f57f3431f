"""Long work in the orchestrator's own process: it waits four times as long as it has worked."""

from __future__ import annotations

import time

from jarvis_ctx.web.shelf import EASE


class Breath:
    """For one thread: of a processor it takes a fifth at most, as all answers together do."""

    def __init__(self) -> None:
        self._since = time.thread_time()

    def take(self) -> None:
        """Wait for what was worked since the last time."""
        time.sleep(EASE * (time.thread_time() - self._since))
        self._since = time.thread_time()
