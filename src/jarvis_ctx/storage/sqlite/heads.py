"""What of an event's payload has columns of its own beside it."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from jarvis_ctx import decoding

Time = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
"""Microseconds that a column can hold; a greater limit msgspec does not know."""
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BEGINNING = re.compile(rf"\s*\[\s*-?\d+\s*,\s*-?\d+(?:\s*,\s*{_TEXT}){{3}}")


class Head(msgspec.Struct, array_like=True, frozen=True):
    """The beginning of a payload; empty for one that cannot be read as ours."""

    number: int = 0
    time: Time | None = None
    run: str = ""
    kind: str | None = None
    subject: str | None = None


_decode = decoding.decoder(Head)


def head_of(payload: str) -> Head:
    """Total: what the journal has accepted, or rot has made of it, is never refused here.

    The body behind it is not looked at: it may be large, and nested deeper than what is left of the caller's stack.
    """
    found = _BEGINNING.match(payload)
    try:
        return _decode(found[0] + "]") if found else Head()
    except (msgspec.DecodeError, UnicodeError):
        return Head()
