"""The table of this process's sidecars by store and name: who opens the same one again joins it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from jarvis_ctx.settings import Settings
    from jarvis_ctx.sidecar import JarvisContextManager

_sidecars: dict[tuple[str, str], JarvisContextManager] = {}
opening = threading.RLock()
"""Held while a sidecar is looked for and opened, so that two threads do not both open it."""


def add(manager: JarvisContextManager) -> None:
    """Let others find it, as long as it is open."""
    with opening:
        for key in [key for key, known in _sidecars.items() if known.closed]:
            del _sidecars[key]
        _sidecars[_key(manager.settings)] = manager


def find(settings: Settings) -> JarvisContextManager | None:
    """The open sidecar of this store and name in this process."""
    manager = _sidecars.get(_key(settings))
    return None if manager is None or manager.closed else manager


def only() -> JarvisContextManager | None:
    """The one open sidecar of this process; None when there is none, or more than one."""
    open_ = [manager for manager in list(_sidecars.values()) if not manager.closed]
    return open_[0] if len(open_) == 1 else None


def _key(settings: Settings) -> tuple[str, str]:
    return str(settings.folder), settings.name


def close_within(folder: Path) -> None:
    """End the run of each open sidecar of the store in `folder`."""
    for (path, _), manager in list(_sidecars.items()):
        if path == str(folder):
            manager.close()


def close_all() -> None:
    """End the run of each open sidecar of this process, as the end of the process would."""
    for manager in list(_sidecars.values()):
        manager.close()
