"""System calls that fail: the n-th of ours on a store's files, once, for a while or for good."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ON_DESCRIPTORS = ("pwrite", "fdatasync", "fsync", "ftruncate", "posix_fallocate")
ON_PATHS = ("rename", "link", "unlink")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Faults:
    """Counts this process's calls that change files below `store`, and lets some fail. Threads are counted together."""

    def __init__(self, store: Path, *, first: int, error: int, last: float) -> None:
        """From the `first`-th to the `last`-th call, each fails with `error`."""
        self._store, self._first, self._last, self._error = os.path.realpath(store), first, last, error
        self.count = 0
        self.failed: list[str] = []
        """What failed, in order: the name of the call and of the file."""

    def install(self) -> None:
        """Put ourselves before the functions of `os`."""
        for name in ON_DESCRIPTORS:
            self._wrap(name, lambda descriptor, *_: os.readlink(f"/proc/self/fd/{descriptor}"))
        for name in ON_PATHS:
            self._wrap(name, lambda path, *_: os.fspath(path))
        self._wrap("open", lambda path, flags=0, *_, **__: os.fspath(path) if flags & WRITING else "")

    def lift(self) -> None:
        """Nothing fails from now on."""
        self._last = 0

    def _wrap(self, name: str, place: Callable[..., Any]) -> None:
        setattr(os, name, partial(self._made, name, getattr(os, name), place))

    def _made(self, name: str, call: Callable[..., Any], place: Callable[..., Any], *given: Any, **named: Any) -> Any:
        path = str(place(*given, **named))
        if path.startswith(self._store):
            self.count += 1
            if self._first <= self.count <= self._last:
                self.failed.append(f"{name} {os.path.basename(path)}")
                raise OSError(self._error, os.strerror(self._error), path)
        return call(*given, **named)
