"""The sidecar: wires the rooms together for one orchestrator in one process."""

from jarvis_ctx.sidecar.checkpoints import checkpoint_offline, request_checkpoint
from jarvis_ctx.sidecar.cleanups import clean_offline, request_cleanup
from jarvis_ctx.sidecar.manager import JarvisContextManager
from jarvis_ctx.sidecar.views import open_view

__all__ = [
    "JarvisContextManager",
    "checkpoint_offline",
    "clean_offline",
    "open_view",
    "request_checkpoint",
    "request_cleanup",
]
