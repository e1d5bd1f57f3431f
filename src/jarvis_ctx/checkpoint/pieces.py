"""Fields of a state become JSON in pieces, and between two pieces other threads get their turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any, TypeAlias

import msgspec

RECORDS_AT_ONCE = 200
"""Records encoded in one go."""

Piece: TypeAlias = bytes | memoryview

_encode = msgspec.json.encode


def json_of(fields: Iterable[tuple[str, Any]], seen: Callable[[Piece], object] = len) -> bytes:
    """One JSON object of named values; each piece of it is shown to `seen` as soon as it is made."""
    # Piece by piece into one buffer: copying a large state as a whole would keep all other threads waiting.
    text = BytesIO()
    for piece in _object(fields):
        text.write(piece)
        seen(piece)
    return text.getvalue()


def _object(fields: Iterable[tuple[str, Any]]) -> Iterator[Piece]:
    between = b"{"
    for name, value in fields:
        yield between + _encode(name) + b":"
        yield from _pieces(value)
        between = b","
    yield b"}" if between == b"," else b"{}"


def _pieces(value: Any) -> Iterator[Piece]:
    """The JSON of a field, in pieces; views, since each copy of a large state takes as long as half its encoding."""
    if not isinstance(value, dict) or len(value) <= RECORDS_AT_ONCE:
        yield _encode(value)
        return
    items, between = iter(value.items()), b"{"
    while piece := dict(islice(items, RECORDS_AT_ONCE)):
        yield between
        yield memoryview(_encode(piece))[1:-1]
        between = b","
        time.sleep(0)
    yield b"}"
