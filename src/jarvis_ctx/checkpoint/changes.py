"""What changed in a state since a whole checkpoint, as JSON, and put into that checkpoint's state again.

`{"base": hash, "state": {field: value}}`: in a mapping the new entries, and null for those that are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint.pieces import json_of
from jarvis_ctx.model.changes import Changes
from jarvis_ctx.model.state import State


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON, its fields unread."""

    base: str
    state: dict[str, msgspec.Raw]


_decode = decoding.decoder(Kept)


def encoded(changes: Changes, base: str) -> bytes:
    """The JSON of `changes` since the contents with the hash `base`."""
    return b'{"base":%b,"state":%b}' % (msgspec.json.encode(base), json_of(changes.fields.items()))


def base_of(data: bytes) -> str:
    """The hash of the contents that the changes were made to. Raises `msgspec.DecodeError`."""
    return _decode(data).base


def put_into(state: State, data: bytes) -> None:
    """Make the changes in `state`. Raises `msgspec.DecodeError`, and may then have made some of them."""
    for name, raw in _decode(data).state.items():
        value, known = _decoder(name)(raw), getattr(state, name)
        if not isinstance(known, dict):
            setattr(state, name, value)
            continue
        for key, record in value.items():
            if record is None:
                known.pop(key, None)
            else:
                known[key] = record


@cache
def _decoder(name: str) -> Callable[[msgspec.Raw], Any]:
    kinds = get_type_hints(State)
    if name not in kinds:
        raise msgspec.DecodeError(f"a state has no {name!r}")
    kind: Any = kinds[name]
    if get_origin(kind) is dict:
        key, record = get_args(kind)
        kind = GenericAlias(dict, (key, record | None))
    return decoding.decoder(kind)
