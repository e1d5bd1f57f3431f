"""Stores and sidecars that last as long as a `with` block."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis_ctx import settings as settings_room
from jarvis_ctx.attach import table
from jarvis_ctx.disk.files import private_folder

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

QUIET = {"store": "memory", "handle_signals": False}
"""What a test wants that does not say otherwise: no database file, and its own handlers of signals."""


@contextmanager
def temporary_store(folder: str | os.PathLike[str] | None = None, **settings: Any) -> Iterator[Path]:
    """Within the block, what is attached in this process has its store in `folder`, or in a temporary one.

    Yields the store's folder. `settings` are defaults for all that is attached there, and reach child processes, too;
    what code says itself (`integrate_context_manager(path=...)`) wins. At the end every sidecar of this store is
    closed, and a temporary folder is removed. Not for several threads at a time: the settings go through the
    environment. Raises `UnknownSetting`, `BadSetting`.
    """
    with ExitStack() as ending:
        if folder is None:
            folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="jarvis-ctx-"))
        place = private_folder(Path(folder).absolute() / "store")
        told = {**QUIET, **settings, "path": str(place)}
        settings_room.load(told)
        ending.enter_context(_environment({settings_room.variable(name): _written(told[name]) for name in told}))
        ending.callback(table.close_within, place)
        yield place


@contextmanager
def temporary_sidecar(**settings: Any) -> Iterator[JarvisContextManager]:
    """An empty sidecar in a temporary store. What is attached under its `name` within the block joins it."""
    from jarvis_ctx.attach.manager import JarvisContextManager

    clock = settings.pop("clock", None)
    with temporary_store(**settings), JarvisContextManager(clock=clock) as manager:
        yield manager


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
