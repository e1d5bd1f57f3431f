"""What of an event's payload has columns of its own beside it."""

from __future__ import annotations

from typing import Annotated

import msgspec

Time = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
"""Microseconds that a column can hold."""


class Head(msgspec.Struct, array_like=True, frozen=True):
    """The beginning of a payload; empty for one that cannot be read as ours."""

    number: int = 0
    time: Time | None = None
    run: str = ""
    kind: str | None = None
    subject: str | None = None


_decode = msgspec.json.Decoder(Head).decode


def head_of(payload: str) -> Head:
    """Total: what the journal has accepted, or rot has made of it, is never refused here."""
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Head()
