"""The API beside the orchestrator, in a daemon thread: it begins lazily, and its failure is the API's alone."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from jarvis_ctx.errors import WebMissing

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

log = logging.getLogger("jarvis_ctx")

PATIENCE = 5.0
"""Seconds the end of a run waits for the thread."""


class Serving:
    """Serves a sidecar's API until `stop`; where it cannot, the sidecar's `api` says why, and its host goes on."""

    def __init__(self, manager: JarvisContextManager) -> None:
        self._manager, self._stopped = manager, threading.Event()
        self._server: Any = None
        manager.api = {"url": "", "error": ""}
        self._thread = threading.Thread(target=self._serve, name="jarvis-ctx-api", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            self._server = self._opened()
            if not self._stopped.is_set():
                self._manager.api = {"url": self._server.url, "error": ""}
                self._server.run()
        except Exception as error:  # The top of a thread: the orchestrator goes on, and health shows this.
            self._manager.api = {"url": "", "error": str(error) or type(error).__name__}
            log.warning("The API is not served: %s", error)

    def _opened(self) -> Any:
        # Imported in the thread, so that no start waits for Flask.
        try:
            from jarvis_ctx.web.embedded import Embedded
        except ModuleNotFoundError as error:
            raise WebMissing(library=error.name) from error
        return Embedded(self._manager)

    def stop(self) -> None:
        """Stop serving."""
        self._stopped.set()
        if self._server is not None:
            self._server.stop()
        self._thread.join(PATIENCE)
