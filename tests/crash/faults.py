"""System calls that fail: the n-th of ours on a store's files, once, for a while or for good."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

ON_DESCRIPTORS = ("pwrite", "fdatasync", "fsync", "ftruncate", "posix_fallocate")
ON_PATHS = ("rename", "link", "unlink")
READING = ("pread", "read")
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
        """Put ourselves before the functions of `os` that change files."""
        for name in ON_DESCRIPTORS:
            self._wrap(os, name, _file)
        for name in ON_PATHS:
            self._wrap(os, name, lambda path, *_: os.fspath(path))
        self._wrap(os, "open", lambda path, flags=0, *_, **__: os.fspath(path) if flags & WRITING else "")

    def install_in_reading(self) -> None:
        """Put ourselves before those that read instead; a file that is opened as a whole fails as its first read."""
        for name in READING:
            self._wrap(os, name, _file)
        self._wrap(os, "listdir", os.fspath)
        self._wrap(
            io, "open", lambda path, mode="r", *_, **__: "" if isinstance(path, int) or "r" not in mode else path
        )

    def lift(self) -> None:
        """Nothing fails from now on."""
        self._last = 0

    def _wrap(self, module: ModuleType, name: str, place: Callable[..., Any]) -> None:
        setattr(module, name, partial(self._made, name, getattr(module, name), place))

    def _made(self, name: str, call: Callable[..., Any], place: Callable[..., Any], *given: Any, **named: Any) -> Any:
        path = str(place(*given, **named))
        if path.startswith(self._store):
            self.count += 1
            if self._first <= self.count <= self._last:
                self.failed.append(f"{name} {os.path.basename(path)}")
                raise OSError(self._error, os.strerror(self._error), path)
        return call(*given, **named)


def _file(descriptor: int, *_: object) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}")
