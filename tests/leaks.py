"""What a test left behind: threads that still run, files that are still open below its folder."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

# Of the test runner, not of the test: xdist's channels and pytest-timeout's clock.
ALLOWED = ("execnet", "pytest_timeout")
DESCRIPTORS = Path("/proc/self/fd")


def running_threads() -> set[threading.Thread]:
    """Those that `threading` began. What stands for another one stays on its list after that has ended."""
    begun = (thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread))
    return {thread for thread in begun if not _allowed(thread)}


def left_threads(before: set[threading.Thread], grace: float) -> list[str]:
    """Names of the threads begun since `before` that do not end within `grace` seconds in all."""
    deadline = time.monotonic() + grace
    begun = running_threads() - before - {threading.current_thread()}
    for thread in begun:
        thread.join(max(0.0, deadline - time.monotonic()))
    return sorted(thread.name for thread in begun if thread.is_alive())


def left_files(folder: Path) -> list[str]:
    """Files below the folder that this process holds open, deleted ones too; nothing where there is no /proc.

    What only a reference cycle keeps open is closed first: a collection away is not a leak.
    """
    if not _open_below(folder):
        return []
    gc.collect()
    return sorted(set(_open_below(folder)))


def _open_below(folder: Path) -> list[str]:
    root = os.path.realpath(folder) + os.sep
    return [target for target in _targets(_descriptors()) if target.startswith(root)]


def _descriptors() -> Iterable[Path]:
    return list(DESCRIPTORS.iterdir()) if DESCRIPTORS.is_dir() else []


def _targets(descriptors: Iterable[Path]) -> Iterable[str]:
    for descriptor in descriptors:
        try:
            yield os.readlink(descriptor)
        except FileNotFoundError:  # The descriptor that listed the folder is closed by now.
            continue


def _allowed(thread: threading.Thread) -> bool:
    return thread.name.startswith(ALLOWED) or "execnet" in type(thread).__module__
