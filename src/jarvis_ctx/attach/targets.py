"""What the sidecar can call by itself after a crash: the program's objects and classes, as they come into being."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jarvis_ctx.capture.redispatch import Redispatch
    from jarvis_ctx.capture.unfinished import Unfinished


class CallTarget:
    """One object or class. An object that the program lets go of is not kept for this."""

    def __init__(self, obj: Any) -> None:
        try:
            self._reference: Callable[[], Any] = weakref.ref(obj)
        except TypeError:  # An object of a class with __slots__ and no place for a weak reference.
            self._reference = lambda: obj

    def find(self, call: Unfinished) -> Callable[..., Any] | None:
        """The method of this object or class that makes `call`; None where it belongs to another class."""
        obj = self._reference()
        if obj is None or (isinstance(obj, type) and call.binding == "instance"):
            return None
        cls = obj if isinstance(obj, type) else obj.__class__  # Not its type: a proxy's is the proxy's own.
        if all(owner.__qualname__ != call.owner for owner in cls.__mro__):
            return None
        found: Callable[..., Any] | None = getattr(obj, call.method, None)
        return found

    def holds(self, obj: object) -> bool:
        """Whether this is that very object."""
        return self._reference() is obj


def offer(due: Redispatch, obj: Any) -> None:
    """Let calls be made on `obj` from now on."""
    if not any(target.holds(obj) for target in due.targets):
        due.offer(CallTarget(obj))
