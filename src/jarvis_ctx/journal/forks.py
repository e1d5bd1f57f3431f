"""After a fork: the child keeps its inherited state but gets locks, numbers and segments of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Protocol
from weakref import WeakKeyDictionary, WeakSet

PATIENCE = 0.5
"""Seconds a fork waits for a call that is just being appended."""


class Forkable(Protocol):
    """What a fork must not find halfway through a change."""

    def before_fork(self, patience: float) -> None: ...

    def after_fork_in_parent(self) -> None: ...

    def after_fork_in_child(self) -> None: ...


# A fork concerns the whole process, so the process must know who is open.
_open: WeakSet[Forkable] = WeakSet()
_locked: WeakKeyDictionary[object, Callable[[], object]] = WeakKeyDictionary()


def watch(journal: Forkable) -> None:
    """Take care of `journal` at every fork while it lives."""
    _open.add(journal)


def unwatch(journal: Forkable) -> None:
    """A closed journal needs no care."""
    _open.discard(journal)


def renew_lock(owner: object, make: Callable[[], object] = threading.Lock) -> None:
    """Give `owner._lock` anew in every forked child: the thread that held it is not there to let it go."""
    _locked[owner] = make


def _renew_locks() -> None:
    for owner, make in list(_locked.items()):
        owner._lock = make()  # type: ignore[attr-defined]  # what `renew_lock` asks of its owners


def _each(step: str, *arguments: float) -> None:
    for journal in list(_open):
        getattr(journal, step)(*arguments)


os.register_at_fork(
    before=lambda: _each("before_fork", PATIENCE),
    after_in_parent=lambda: _each("after_fork_in_parent"),
    after_in_child=lambda: _each("after_fork_in_child"),
)
os.register_at_fork(after_in_child=_renew_locks)
