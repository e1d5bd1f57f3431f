"""A function's parameters and colour, read once from its code, so that a call's arguments are found by position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import UNSET

Colour = Literal["sync", "async", "generator", "async generator"]

_VARIADIC, _VARIADIC_KEYWORDS = 0x04, 0x08
_COLOURS: tuple[tuple[int, Colour], ...] = ((0x200, "async generator"), (0x80, "async"), (0x20, "generator"))
_DEPTH = 50


class Argument(msgspec.Struct, frozen=True, gc=False):
    """Where one named argument stands in a call; position -1 when it is given by keyword only."""

    name: str
    position: int
    default: Any = UNSET

    def of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The argument in this call: as given, else its default, else `UNSET`."""
        if 0 <= self.position < len(args):
            return args[self.position]
        return kwargs.get(self.name, self.default)


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What a function takes. `first` is 1 for a method, whose first argument is the object or class itself."""

    first: int
    arguments: dict[str, Argument] = {}
    positional: tuple[str, ...] = ()
    """Names of those that may be given by position, in their order."""
    variadic: str = "args"
    keywords: bool = True
    """Whether it takes any keyword."""

    def named(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of this call by name, without the object itself and without defaults."""
        named = dict(zip(self.positional, args[self.first :], strict=False))
        rest = args[self.first + len(self.positional) :]
        if rest:
            named[self.variadic] = list(rest)
        named.update(kwargs)
        return named

    def find(self, *names: str) -> Argument | None:
        """The first of `names` that the function has."""
        return next((self.arguments[name] for name in names if name in self.arguments), None)


def colour(function: Callable[..., Any]) -> Colour:
    """What a call of it gives: a result, a coroutine, a generator or an async generator."""
    while isinstance(function, partial):
        function = function.func
    if not hasattr(function, "__code__") and not isinstance(function, type):
        function = vars(type(function)).get("__call__", function)
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    return next((name for flag, name in _COLOURS if flags & flag), "sync")


def innermost(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that decorators with `functools.wraps` stand around."""
    for _ in range(_DEPTH):
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    return function


def parameters(function: Callable[..., Any], *, first: int) -> Parameters:
    """The parameters of a function; of a callable without Python code nothing is known but that it takes arguments."""
    inner: Any = innermost(function)
    code = getattr(inner, "__code__", None)
    if code is None:
        return Parameters(first=first)
    positional, keyword_only = code.co_argcount, code.co_kwonlyargcount
    names = code.co_varnames
    defaults = inner.__defaults__ or ()
    by_position = dict(zip(names[positional - len(defaults) : positional], defaults, strict=True))
    keyword_defaults = inner.__kwdefaults__ or {}
    arguments = {name: Argument(name, at, by_position.get(name, UNSET)) for at, name in enumerate(names[:positional])}
    for name in names[positional : positional + keyword_only]:
        arguments[name] = Argument(name, -1, keyword_defaults.get(name, UNSET))
    for name in names[: min(first, positional)]:
        del arguments[name]
    variadic = bool(code.co_flags & _VARIADIC)
    return Parameters(
        first=first,
        arguments=arguments,
        positional=names[min(first, positional) : positional],
        variadic=names[positional + keyword_only] if variadic else "args",
        keywords=bool(code.co_flags & _VARIADIC_KEYWORDS),
    )
