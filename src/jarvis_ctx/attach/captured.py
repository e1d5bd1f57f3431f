"""Where a captured method stands: which class it was put into, and whether a call came to it first or by `super()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jarvis_ctx.attach.attachment import Attachment
from jarvis_ctx.capture.conventions import ATTACHED
from jarvis_ctx.capture.methods import Binding

if TYPE_CHECKING:
    from jarvis_ctx.attach.around import Around
    from jarvis_ctx.sidecar import JarvisContextManager

CAPTURED = "__jarvis_captured__"
"""The attribute that marks a capturing function; its value is the function itself, as decorators copy attributes."""

DEPTH = 50
"""Decorators that are looked through."""


class CapturedMethod:
    """A captured method in the class it was put into."""

    __slots__ = ("_first_of", "around", "attachment", "binding", "home", "name", "wrapper")

    def __init__(self, home: type, name: str, binding: Binding, attachment: Attachment, around: Around) -> None:
        self.home, self.name, self.binding, self.attachment, self.around = home, name, binding, attachment, around
        self.wrapper: Any = None
        self._first_of: type | None = None
        """The class whose objects' calls were last seen to come here first."""

    def find(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> JarvisContextManager | None:
        """The sidecar of the object called; None where there is none, or the call is part of one captured above."""
        attachment, binding, through = self.attachment, self.binding, False
        if binding != "static":
            if not args:
                return None
            obj = args[0]
            attachment = getattr(obj, ATTACHED, None) or attachment
            cls = type(obj) if binding == "instance" else obj
            if cls is not self.home and cls is not self._first_of:
                through = self._is_below_another(cls)
                self._first_of = self._first_of if through else cls
        manager = attachment.manager
        if manager is None and (manager := attachment.ready()) is None:
            return None
        if manager.due is not None and binding != "static":
            attachment.offer(obj)
        return None if through and self.around.repeats(manager, args, kwargs) else manager

    def call_next(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method of this name that stands behind this one: the inherited one, as `super()` would find it."""
        if not args:
            raise TypeError(f"{self.name}() missing 1 required positional argument: 'self'")
        owner = type(args[0]) if self.binding == "instance" else args[0]
        return getattr(super(self._standing_in(owner), args[0]), self.name)(*args[1:], **kwargs)

    def _standing_in(self, owner: type) -> type:
        """The class, of those that `owner` is made of, that this captured method was put into."""
        for cls in owner.__mro__:
            if self._is_mine(vars(cls).get(self.name)):
                return cls
        return self.home

    def _is_mine(self, raw: Any) -> bool:
        return raw is self.wrapper or (raw is not None and captured_in(raw) is self.wrapper)

    def _is_below_another(self, cls: type) -> bool:
        """Whether a call finds another captured method of this name first."""
        for owner in cls.__mro__:
            raw = vars(owner).get(self.name)
            if raw is self.wrapper:
                return False
            found = captured_in(raw) if raw is not None else None
            if found is not None:
                return found is not self.wrapper
        return False


def mark(wrapper: Any) -> None:
    """Say that this function captures."""
    wrapper.__dict__[CAPTURED] = wrapper


def captured_in(raw: Any) -> Any:
    """The capturing function in a class's attribute, also where other decorators were put around it; else None."""
    function = raw.__func__ if isinstance(raw, staticmethod | classmethod) else raw
    for _ in range(DEPTH):
        if function is None:
            return None
        if getattr(function, "__dict__", {}).get(CAPTURED) is function:
            return function
        function = getattr(function, "__wrapped__", None)
    return None
