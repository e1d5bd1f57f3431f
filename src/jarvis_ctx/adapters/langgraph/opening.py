"""The sidecar a saver stands on: one that is there already, or one of its own."""

from __future__ import annotations

from os import PathLike
from typing import Any

from jarvis_ctx import settings as settings_room
from jarvis_ctx.attach import table
from jarvis_ctx.attach.manager import JarvisContextManager
from jarvis_ctx.errors import SecretsNotSeen
from jarvis_ctx.sidecar import JarvisContextManager as Sidecar


def opened(store: Sidecar | str | PathLike[str] | None, settings: dict[str, Any]) -> tuple[Sidecar, bool]:
    """The sidecar, and whether it was opened here. Raises as `JarvisContextManager`, and `SecretsNotSeen`."""
    manager, ours = (store, False) if isinstance(store, Sidecar) else _found(store, settings)
    if manager.settings.secrets == "drop":
        if ours:
            manager.close()
        raise SecretsNotSeen()
    return manager, ours


def _found(path: str | PathLike[str] | None, settings: dict[str, Any]) -> tuple[Sidecar, bool]:
    with table.opening:
        known = table.find(settings_room.load({"path": path, **settings}))
        return (known, False) if known is not None else (JarvisContextManager(path, **settings), True)
