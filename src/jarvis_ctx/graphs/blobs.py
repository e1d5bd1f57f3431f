"""Serialised values as an event holds them: as they are, compressed, or as what changed since an earlier one."""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Literal

import msgspec

from jarvis_ctx.codec import compress
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.ports import Ref

Typed = tuple[str, bytes]
"""What a serialiser gives: the name of its form, and the bytes."""

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
    data: str
    base: Ref | None = None


def packed(typed: Typed) -> Blob:
    """A value by itself."""
    kind, data = typed
    if len(data) < WORTH_IT:
        return Blob(kind, "plain", _text(data))
    return Blob(kind, "zstd", _text(compress.compress(data)))


def since(typed: Typed, base: bytes, ref: Ref) -> Blob | None:
    """A value as what changed since `base`, which `ref` holds; None where that is not much smaller."""
    kind, data = typed
    if WORTH_IT <= len(data) <= MOST_KNOWN and len(base) <= MOST_KNOWN:
        changes = compress.compress_against(base, data)
        if len(changes) * FAR_SMALLER <= len(data):
            return Blob(kind, "since", _text(changes), ref)
    return None


def unpacked(blob: Blob, base: Callable[[Ref], bytes]) -> Typed:
    """What was packed; `base` gives the bytes of an earlier value. Raises `CorruptData`."""
    try:
        data = a2b_base64(blob.data, strict_mode=True)
    except (NotBase64, ValueError) as error:
        raise CorruptData(what=WHAT, reason=str(error)) from error
    if blob.form == "zstd":
        data = compress.decompress(data, LIMIT)
    elif blob.form == "since":
        if blob.base is None:
            raise CorruptData(what=WHAT, reason="it does not say what it was built upon")
        data = compress.decompress_against(base(blob.base), data, LIMIT)
    return blob.type, data


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")
