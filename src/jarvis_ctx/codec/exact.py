"""Objects to JSON text and back, exactly: what JSON lacks is tagged, what would not come back is refused."""

from __future__ import annotations

from hashlib import sha256
from math import isfinite
from typing import Any

import msgspec

from jarvis_ctx.codec.bounds import DEEPEST, HEAVIEST, ITEM, too_heavy
from jarvis_ctx.errors import CorruptData, TooLarge, UnstorableValue

LIMIT = 64 * 1024 * 1024
"""Bytes of JSON text a value may have, unless the caller says otherwise."""
NOT_PLAIN, TOO_HEAVY = -1, -2
UNFORESEEN = (TypeError, ValueError, RuntimeError, MemoryError)
"""From the quick ways: a lone surrogate, or a value that changes meanwhile; the thorough walk stores it or refuses."""
DOLLAR = ord("$")
"""A dict whose only key begins with it is a tag and its payload; a value's own such dict is tagged itself."""

_to_json = msgspec.json.encode
_from_json = msgspec.json.decode


def encode(value: object, *, limit: int = LIMIT) -> bytes:
    """JSON text from which `decode` makes an equal value of the very same types.

    Dicts (any storable keys), lists, tuples, sets, strings, numbers of any size, bytes, dates and times (UTC, fixed
    offsets, `ZoneInfo`), `Decimal`, `UUID`, paths, ranges. Sets are written in an order that depends on their members
    alone. The value must not be changed by another thread meanwhile.

    Raises `UnstorableValue` for everything else, subclasses of those types too, for cycles and for more than 200 levels
    of containers; `TooLarge` over `limit` bytes, 64 Mi characters or 4 Mi items. No code of the value's types is run.
    """
    data = None
    try:
        if _is_flat(value):
            data = _to_json(value)
    except UNFORESEEN:
        pass
    if data is None:
        data = _encode_deep(value)
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
    return _room_after(value, HEAVIEST, DEEPEST) >= 0


def digest(data: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return sha256(data).hexdigest()


def _is_flat(value: Any) -> bool:
    """`is_plain` in one loop for the commonest shape: a dict of strings, integers and lists of strings."""
    if type(value) is not dict or len(value) == 1:
        return False
    size = 0
    for key, item in value.items():
        if type(key) is not str:
            return False
        kind = type(item)
        if kind is str:
            size += len(item)
        elif kind is int:
            if not -(2**63) <= item < 2**63:
                return False
        elif kind is list:
            for text in item:
                if type(text) is not str:
                    return False
                size += len(text)
        elif kind is not bool and item is not None:
            return False
    return size < HEAVIEST


def _room_after(value: Any, room: int, depth: int) -> int:
    """What is left of `room` after the value's characters and items, `NOT_PLAIN` or `TOO_HEAVY`.

    Types are compared, never hashed or asked: their metaclass could answer with code of its own.
    """
    kind = type(value)
    if kind is str:
        return room - len(value) if len(value) <= room else TOO_HEAVY
    if kind is int:
        return room if -(2**63) <= value < 2**63 else NOT_PLAIN
    if kind is float:
        return room if isfinite(value) else NOT_PLAIN
    if kind is bool or value is None:
        return room
    if depth == 0 or (kind is not list and kind is not dict):
        return NOT_PLAIN
    room -= len(value) * ITEM
    if room < 0:
        return TOO_HEAVY
    return (_room_after_list if kind is list else _room_after_dict)(value, room, depth - 1)


def _room_after_list(items: list[Any], room: int, depth: int) -> int:
    for item in items:
        if (room := _room_after(item, room, depth)) < 0:
            return room
    return room


def _room_after_dict(items: dict[Any, Any], room: int, depth: int) -> int:
    for key, item in items.items():
        if type(key) is not str or (len(items) == 1 and key.startswith("$")):
            return NOT_PLAIN
        if (room := _room_after(item, room, depth)) < 0:
            return room
    return room


def _encode_deep(value: object) -> bytes:
    room = NOT_PLAIN
    try:
        room = _room_after(value, HEAVIEST, DEEPEST)
        if room >= 0:
            return _to_json(value)
    except UNFORESEEN:
        pass
    if room == TOO_HEAVY:
        raise too_heavy()
    return _encode_tagged(value)


def _encode_tagged(value: object) -> bytes:
    try:
        return _to_json(to_tree(value))
    except (RecursionError, MemoryError) as error:
        from jarvis_ctx.codec.reasons import name_of

        reason = f"too little {'memory' if isinstance(error, MemoryError) else 'stack'} is left to write it"
        raise UnstorableValue(path="$", type=name_of(type(value)), reason=reason) from error
