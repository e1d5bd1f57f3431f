"""Serialised values as an event holds them: as they are, compressed, or as what changed since an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from jarvis_ctx.codec import compress
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.ports import Ref

Typed = tuple[str, bytes]
"""What a serialiser gives: the name of its form, and the bytes."""

USUAL, NOTHING = "msgpack", "null"
"""The forms that most values have: these are not said."""
WORTH_IT = 1024
"""Bytes from which on a value is made smaller."""
FAR_SMALLER = 16
"""What changed stands for a value only where it is so many times smaller than the value itself."""
MOST_KNOWN = 2 * 1024 * 1024
"""Bytes up to which zstd finds what two values have in common."""
LIMIT = 1024 * 1024 * 1024
WHAT = "A value of a graph's state"


class Blob(msgspec.Struct, frozen=True, array_like=True):
    """`form`: the bytes as they are, compressed, or the changes since the value of the same channel in `base`."""

    type: str
    form: Literal["plain", "zstd", "since"]
    data: bytes
    base: Ref | None = None


Held = bytes | Blob | None
"""A value as an event holds it: the bytes of the usual form as they are, and nothing for nothing."""


def packed(typed: Typed) -> Held:
    """A value by itself."""
    kind, data = typed
    if len(data) >= WORTH_IT:
        return Blob(kind, "zstd", compress.compress(data))
    if kind == USUAL:
        return data
    return Blob(kind, "plain", data) if data or kind != NOTHING else None


def since(typed: Typed, base: bytes, ref: Ref) -> Blob | None:
    """A value as what changed since `base`, which `ref` holds; None where that is not much smaller."""
    kind, data = typed
    if WORTH_IT <= len(data) <= MOST_KNOWN and len(base) <= MOST_KNOWN:
        changes = compress.compress_against(base, data)
        if len(changes) * FAR_SMALLER <= len(data):
            return Blob(kind, "since", changes, ref)
    return None


def unpacked(held: Held, base: Callable[[Ref], bytes]) -> Typed:
    """What was packed; `base` gives the bytes of an earlier value. Raises `CorruptData`."""
    if held is None:
        return NOTHING, b""
    if isinstance(held, bytes):
        return USUAL, held
    if held.form == "plain":
        return held.type, held.data
    if held.form == "zstd":
        return held.type, compress.decompress(held.data, LIMIT)
    if held.base is None:
        raise CorruptData(what=WHAT, reason="it does not say what it was built upon")
    return held.type, compress.decompress_against(base(held.base), held.data, LIMIT)
