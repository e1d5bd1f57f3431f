"""Standard pickle, held to one allowlist of types when it writes and when it reads."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jarvis_ctx.codec.reasons import name_of
from jarvis_ctx.errors import NotOurs, UnstorableValue

PROTOCOL = 5
"""The only one `opcodes` accepts; every supported Python writes it."""


class SupportsWrite(Protocol):
    """What a pickle is written to."""

    def write(self, data: bytes, /) -> object: ...


class Writer(pickle.Pickler):
    """Writes objects of allowed types; everything else that is not plain data raises `UnstorableValue`."""

    def __init__(self, file: SupportsWrite, allowed: Mapping[tuple[str, str], type]) -> None:
        super().__init__(file, PROTOCOL)
        # By the types' ids: asking a type for its name, or looking it up, would run code of its metaclass.
        self._allowed = {id(kind) for kind in allowed.values()}

    def reducer_override(self, obj: Any) -> Any:
        """Called for all but the commonest builtins, and for the classes and functions that pickles of objects need."""
        kind = type(obj)
        named = obj if issubclass(kind, type) else kind
        if id(named) not in self._allowed:
            raise UnstorableValue(
                path="$", type=name_of(named), reason="it is neither plain data nor declared for pickling"
            )
        # These two are by themselves written as names to look up in their class, which reading does not allow.
        if kind is ZoneInfo:
            return kind, (obj.key,)
        if issubclass(kind, Enum):
            return kind, (obj.value,)
        return NotImplemented


class Reader(pickle.Unpickler):
    """Makes objects of allowed types. Names are looked up in the allowlist alone: no import, no dot followed."""

    def __init__(self, data: bytes, allowed: Mapping[tuple[str, str], type]) -> None:
        super().__init__(io.BytesIO(data))
        self._allowed = allowed

    def find_class(self, module: str, name: str, /) -> type:
        kind = self._allowed.get((module, name))
        if kind is None:
            named = f"{module}.{name}"[:200]
            raise NotOurs(what="A pickle", reason=f"it names {named!a}, which is not allowed")
        return kind
