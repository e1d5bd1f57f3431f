"""Fields of a state become JSON in pieces, and between two pieces other threads get their turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any

import msgspec

RECORDS_AT_ONCE = 200
"""Records encoded in one go."""

_encode = msgspec.json.encode


def json_of(fields: Iterable[tuple[str, Any]]) -> bytes:
    """One JSON object of named values."""
    # Piece by piece into one buffer: copying a large state as a whole would keep all other threads waiting.
    text, between = BytesIO(), b"{"
    for name, value in fields:
        text.write(between + _encode(name) + b":")
        for piece in _pieces(value):
            text.write(piece)
        between = b","
    text.write(b"}" if between == b"," else b"{}")
    return text.getvalue()


def _pieces(value: Any) -> Iterator[bytes]:
    """The JSON of a field, in pieces."""
    if not isinstance(value, dict) or len(value) <= RECORDS_AT_ONCE:
        yield _encode(value)
        return
    items, between = iter(value.items()), b"{"
    while piece := dict(islice(items, RECORDS_AT_ONCE)):
        yield between + _encode(piece)[1:-1]
        between = b","
        time.sleep(0)
    yield b"}"
