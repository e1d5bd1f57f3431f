"""What is kept of a call so that it can be made again: its arguments exactly, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jarvis_ctx import decoding
from jarvis_ctx.capture.methods import Binding
from jarvis_ctx.capture.parameters import Parameters
from jarvis_ctx.capture.values import Keeping
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import TooLarge, UnstorableValue


class NotRepeatable(Exception):
    """Why a call cannot be made again; for this module alone."""


class Calls:
    """The calls of one method. The object that is called is named by its class, and found again by it."""

    def __init__(self, parameters: Parameters, keeping: Keeping, binding: Binding, home: str) -> None:
        """`home`: the full name of the class the method was captured in, for a call without an object."""
        self._parameters, self._keeping, self._binding, self._home = parameters, keeping, binding, home

    def keep(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Plain JSON that nobody else holds: `owner`, `binding`, and `args` with `kwargs`, or `refused`: why not."""
        called = {"owner": self._owner(args), "binding": self._binding}
        try:
            first = self._parameters.first
            return {
                **called,
                "args": [self._tree(self._name(at), value) for at, value in enumerate(args[first:])],
                "kwargs": {name: self._tree(name, value) for name, value in kwargs.items()},
            }
        except NotRepeatable as reason:
            return {**called, "refused": str(reason)}

    def _owner(self, args: tuple[Any, ...]) -> str:
        if self._binding == "static" or not args:
            return self._home
        # A proxy's __class__ is that of the object behind it, in any run; its type is not.
        return str((args[0] if self._binding == "class" else args[0].__class__).__qualname__)

    def _name(self, position: int) -> str:
        positional = self._parameters.positional
        return positional[position] if position < len(positional) else self._parameters.variadic

    def _tree(self, name: str, value: Any) -> Any:
        try:
            tree = decoding.plain(exact.encode(value, limit=self._keeping.limit))
        except UnstorableValue as error:
            raise NotRepeatable(f"argument {name!r} holds a {error.facts['type']}, which cannot be stored") from error
        except TooLarge as error:
            raise NotRepeatable(f"argument {name!r} is larger than max_argument_bytes") from error
        secret = name if self._keeping.leaves_out(name) else self._secret_in(value)
        if secret is not None:
            raise NotRepeatable(f"argument {name!r} holds {secret!r}, which is never stored")
        return tree

    def _secret_in(self, value: Any) -> str | None:
        """The first key, at any depth, that is left out of what is stored."""
        if type(value) is dict:
            for key, item in value.items():
                found = str(key) if self._keeping.leaves_out(key) else self._secret_in(item)
                if found is not None:
                    return found
        elif type(value) in (list, tuple):
            return next((found for item in value if (found := self._secret_in(item)) is not None), None)
        return None
