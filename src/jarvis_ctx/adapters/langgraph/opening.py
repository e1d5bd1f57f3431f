"""The sidecar a saver stands on: one that keeps what it is given as it is."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.adapters.opening import Store, found
from jarvis_ctx.errors import SecretsNotSeen
from jarvis_ctx.sidecar import JarvisContextManager as Sidecar


def opened(store: Store, settings: dict[str, Any]) -> tuple[Sidecar, bool]:
    """The sidecar, and whether it was opened here. Raises as `JarvisContextManager`, and `SecretsNotSeen`."""
    manager, ours = found(store, settings)
    if manager.settings.secrets == "drop":
        if ours:
            manager.close()
        raise SecretsNotSeen()
    return manager, ours
