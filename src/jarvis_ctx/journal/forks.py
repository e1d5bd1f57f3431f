"""After a fork: the child keeps its inherited state but gets locks, numbers and segments of its own."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

PATIENCE = 0.5
"""Seconds a fork waits for a call that is just being appended."""


class Forkable(Protocol):
    """What a fork must not find halfway through a change."""

    def before_fork(self, patience: float) -> None: ...

    def after_fork_in_parent(self) -> None: ...

    def after_fork_in_child(self) -> None: ...


# A fork concerns the whole process, so the process must know who is open.
_open: WeakSet[Forkable] = WeakSet()


def watch(journal: Forkable) -> None:
    """Take care of `journal` at every fork while it lives."""
    _open.add(journal)


def unwatch(journal: Forkable) -> None:
    """A closed journal needs no care."""
    _open.discard(journal)


def _each(step: str, *arguments: float) -> None:
    for journal in list(_open):
        getattr(journal, step)(*arguments)


os.register_at_fork(
    before=lambda: _each("before_fork", PATIENCE),
    after_in_parent=lambda: _each("after_fork_in_parent"),
    after_in_child=lambda: _each("after_fork_in_child"),
)
