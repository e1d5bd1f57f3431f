"""The state as checkpoint contents: JSON text without position, with its hash."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.errors import CorruptData, OtherVersion
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.state import FOLD_VERSION, State

RECORDS_AT_ONCE = 200
"""Records encoded in one go; between two goes other threads get their turn."""

_encode = msgspec.json.encode
_decode_state = msgspec.json.Decoder(State).decode
_BESIDE = ("position", "stamp")


def contents(state: State) -> bytes:
    """`state` as JSON but for its position and stamp, which a checkpoint's header has."""
    # Piece by piece into one buffer: copying a large state as a whole would keep all other threads waiting.
    text, between = BytesIO(), b"{"
    for name in state.__struct_fields__:
        if name not in _BESIDE:
            text.write(between + _encode(name) + b":")
            for piece in _pieces(getattr(state, name)):
                text.write(piece)
            between = b","
    text.write(b"}")
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


def digest(data: bytes) -> str:
    """The content hash: SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def check(data: bytes, expected: str, what: str) -> None:
    """Raises `CorruptData` when `data` does not have the hash `expected`."""
    if digest(data) != expected:
        raise CorruptData(what=what, reason="its contents do not match their hash")


def sealed(header: CheckpointHeader) -> CheckpointHeader:
    """`header` with the seal that belongs to it."""
    return replace(header, seal=digest(_encode(replace(header, seal=""))))


def state_of(header: CheckpointHeader, data: bytes, what: str) -> State:
    """The state of verified contents. Raises `CorruptData`, or `OtherVersion` for what is whole but not for us."""
    if sealed(header) != header:
        raise CorruptData(what=what, reason="its header does not match its seal")
    check(data, header.hash, what)
    try:
        state = _decode_state(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OtherVersion(what=what, reason=str(error)) from error
    if state.version != FOLD_VERSION:
        raise OtherVersion(what=what, reason=f"its fold is number {state.version}, this is {FOLD_VERSION}")
    state.position, state.stamp = dict(header.position), header.stamp
    return state
