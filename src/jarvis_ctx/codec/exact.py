"""Objects to JSON text and back, exactly: what JSON lacks is tagged, what would not come back is refused."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from math import isfinite
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec.bounds import DEEPEST, HEAVIEST, ITEM, too_heavy
from jarvis_ctx.errors import CorruptData, TooLarge, UnstorableValue

LIMIT = 64 * 1024 * 1024
"""Bytes of JSON text a value may have, unless the caller says otherwise."""
NOT_PLAIN, TOO_HEAVY = -1, -2
UNFORESEEN = (TypeError, ValueError, RuntimeError, MemoryError)
"""From the quick way: a lone surrogate, or a value that changes meanwhile; the thorough walk stores it or refuses."""
DOLLAR = ord("$")
"""A dict whose only key begins with it is a tag and its payload; a value's own such dict is tagged itself."""

_to_json = msgspec.json.encode
_from_json = decoding.plain


def encode(value: object, *, limit: int = LIMIT) -> bytes:
    """JSON text from which `decode` makes an equal value of the very same types.

    Dicts (any storable keys), lists, tuples, sets, strings, numbers of any size, bytes, dates and times (UTC, fixed
    offsets, `ZoneInfo`), `Decimal`, `UUID`, paths, ranges. Sets are written in an order that depends on their members
    alone. The value must not be changed by another thread meanwhile.

    Raises `UnstorableValue` for everything else, subclasses of those types too, for cycles and for more than 200 levels
    of containers; `TooLarge` over `limit` bytes, 64 Mi characters or 4 Mi items; `MemoryError`, which says nothing of
    the value. No code of the value's types is run.
    """
    room = NOT_PLAIN
    try:
        room = _room_after((value,), HEAVIEST, DEEPEST)
        data = _to_json(value) if room >= 0 else b""
    except UNFORESEEN:
        data = b""
    if not data:
        data = _encode_tagged(value, room)
    if len(data) > limit:
        raise TooLarge(what="The value", size=len(data), limit=limit)
    return data


def decode(data: bytes | str) -> Any:
    """The value that `encode` was given. Raises `CorruptData` for broken JSON, an unknown tag, a wrong payload."""
    try:
        tree = _from_json(data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise CorruptData(what="A stored value", reason=str(error)) from error
    tagged = "$" in data if isinstance(data, str) else DOLLAR in data
    return from_tree(tree) if tagged else tree


def to_tree(value: object) -> Any:
    """The value as plain JSON objects, tagged where needed, to stand inside a larger document; raises as `encode`.

    A value that needs no tags is returned itself, not a copy.
    """
    from jarvis_ctx.codec.tagging import Tagging

    return Tagging().tag(value)


def from_tree(tree: object) -> Any:
    """The value that `to_tree` was given. Raises `CorruptData` for an unknown tag or a wrong payload."""
    from jarvis_ctx.codec.untagging import untag

    return untag(tree)


def is_plain(value: object) -> bool:
    """Whether JSON holds the value as it is: str-keyed dicts, lists, str, 64-bit int, finite float, bool and None.

    Exact types only; lone surrogates are not looked for. False also for what `encode` finds too deep or too large.
    """
    return _room_after((value,), HEAVIEST, DEEPEST) >= 0


def digest(data: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return sha256(data).hexdigest()


def _room_after(items: Iterable[Any], room: int, depth: int) -> int:
    """What is left of `room` after the items' characters and their own items, `NOT_PLAIN` or `TOO_HEAVY`.

    Types are compared, never hashed or asked: their metaclass could answer with code of its own.
    """
    for item in items:
        kind = type(item)
        if kind is str:
            room -= len(item)
        elif kind is int:
            if not -(2**63) <= item < 2**63:
                return NOT_PLAIN
        elif kind is dict or kind is list:
            if depth == 0:
                return NOT_PLAIN
            room -= len(item) * ITEM
            if room < 0:
                return TOO_HEAVY
            if kind is dict:
                for key in item:
                    if type(key) is not str:
                        return NOT_PLAIN
                if len(item) == 1 and key.startswith("$"):
                    return NOT_PLAIN
                item = item.values()
            room = _room_after(item, room, depth - 1)
            if room < 0:
                return room
        elif kind is float:
            if not isfinite(item):
                return NOT_PLAIN
        elif kind is not bool and item is not None:
            return NOT_PLAIN
    return room if room >= 0 else TOO_HEAVY


def _encode_tagged(value: object, room: int) -> bytes:
    """The JSON text of a value that needs the thorough walk, unless the quick one has found no `room` for it."""
    if room == TOO_HEAVY:
        raise too_heavy()
    try:
        return _to_json(to_tree(value))
    except RecursionError as error:
        from jarvis_ctx.codec.reasons import name_of

        reason = "too little stack is left to write it"
        raise UnstorableValue(path="$", type=name_of(type(value)), reason=reason) from error
