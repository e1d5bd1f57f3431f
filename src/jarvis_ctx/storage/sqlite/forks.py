"""A forked child never uses or closes the connections it inherited: it leaks them and opens its own."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

PATIENCE = 0.5
"""Seconds a fork waits for a running transaction to end."""


class Lock(Protocol):
    """What `threading` calls a lock, of either kind."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


class Forkable(Protocol):
    """What has connections and locks that a child must not share."""

    def locks(self) -> list[Lock]:
        """Held while SQLite runs."""
        ...

    def inherited(self) -> list[object]:
        """Start afresh in the child; the connections that are the parent's."""
        ...


# A fork concerns the process, so who is open must be known to the process.
_open: WeakSet[Forkable] = WeakSet()
_held: list[Lock] = []


def watch(database: Forkable) -> None:
    """Take care of `database` at every fork while it lives."""
    _open.add(database)


def _before() -> None:
    # SQLite's own mutexes would stay locked in the child for ever if another thread were inside it now.
    for lock in [lock for database in list(_open) for lock in database.locks()]:
        if lock.acquire(timeout=PATIENCE):
            _held.append(lock)


def _in_parent() -> None:
    while _held:
        _held.pop().release()


def _in_child() -> None:
    _held.clear()
    inherited = [connection for database in list(_open) for connection in database.inherited()]
    if inherited:
        _keep_for_ever(inherited)


def _keep_for_ever(connections: list[object]) -> None:
    # One reference too many: even the interpreter's own end does not run SQLite's close, which would touch the
    # parent's locks and log. Imported here because only a child needs it.
    import ctypes

    for connection in connections:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
