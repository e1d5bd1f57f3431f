"""The methods of a class as a call finds them: its own and inherited, of the object, of the class, or static."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Literal

import msgspec

Binding = Literal["instance", "class", "static"]


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A method and the class that defines it."""

    name: str
    function: Callable[..., Any]
    binding: Binding
    owner: type

    @property
    def first(self) -> int:
        """How many arguments stand before the person's own: the object or class, or nothing."""
        return 0 if self.binding == "static" else 1

    @property
    def qualname(self) -> str:
        """Its full name: of the class that defines it, and its own."""
        return getattr(self.function, "__qualname__", f"{self.owner.__qualname__}.{self.name}")


def functions_of(obj: Any) -> dict[str, Method]:
    """The functions that an object itself holds as attributes; they are called without it."""
    held = vars(obj) if hasattr(obj, "__dict__") else {}
    return {
        name: Method(name=name, function=value, binding="static", owner=type(obj))
        for name, value in held.items()
        if isinstance(value, FunctionType)
    }


def methods(cls: type) -> dict[str, Method]:
    """All methods of `cls` by name, except those every object has; what another attribute hides is not among them."""
    found: dict[str, Method | None] = {}
    for owner in cls.__mro__:
        if owner is not object:
            for name, raw in vars(owner).items():
                if name not in found:
                    found[name] = _method(name, raw, owner)
    return {name: method for name, method in found.items() if method is not None}


def _method(name: str, raw: Any, owner: type) -> Method | None:
    if isinstance(raw, staticmethod | classmethod):
        binding: Binding = "static" if isinstance(raw, staticmethod) else "class"
        return Method(name=name, function=raw.__func__, binding=binding, owner=owner)
    wraps_one = hasattr(raw, "__wrapped__") and hasattr(type(raw), "__get__") and callable(raw)
    if isinstance(raw, FunctionType) or (wraps_one and not isinstance(raw, type)):
        return Method(name=name, function=raw, binding="instance", owner=owner)
    return None
