"""The sidecar an adapter stands on: one that is there already, or one of its own."""

from __future__ import annotations

import os
from os import PathLike
from types import TracebackType
from typing import Any, Self

from jarvis_ctx import settings as settings_room
from jarvis_ctx.attach import table
from jarvis_ctx.attach.manager import JarvisContextManager
from jarvis_ctx.errors import CarriedOverFork
from jarvis_ctx.sidecar import JarvisContextManager as Sidecar

Store = Sidecar | str | PathLike[str] | None
"""A sidecar, or the path of a store, whose sidecar in this process is joined or opened."""


class Standing:
    """What stands on a sidecar: a context manager, sync and async, that ends the run it has opened and no other."""

    def __init__(self, store: Store, settings: dict[str, Any]) -> None:
        """Raises as `JarvisContextManager`."""
        self.manager, self._ours = found(store, settings)
        self._process = os.getpid()

    def check(self) -> None:
        """Raises `CarriedOverFork` in another process than the one it was made in."""
        if os.getpid() != self._process:
            raise CarriedOverFork(what=type(self).__name__, owner=self._process, process=os.getpid())

    def close(self) -> None:
        """End the sidecar's run, if it was opened here; twice is once."""
        if self._ours and os.getpid() == self._process:
            self.manager.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ours and os.getpid() == self._process:
            self.manager.__exit__(kind, error, trace)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


def found(store: Store, settings: dict[str, Any]) -> tuple[Sidecar, bool]:
    """The sidecar, and whether it was opened here. Raises as `JarvisContextManager`."""
    if isinstance(store, Sidecar):
        return store, False
    with table.opening:
        known = table.find(settings_room.load({"path": store, **settings}))
        return (known, False) if known is not None else (JarvisContextManager(store, **settings), True)
