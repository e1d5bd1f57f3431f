"""The sidecar: wires the rooms together for one orchestrator in one process."""

from jarvis_ctx.sidecar.manager import JarvisContextManager
from jarvis_ctx.sidecar.views import open_view

__all__ = ["JarvisContextManager", "open_view"]
