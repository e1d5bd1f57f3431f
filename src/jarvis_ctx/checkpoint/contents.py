"""The state as checkpoint contents: JSON text without position, with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint import changes
from jarvis_ctx.checkpoint.pieces import Piece, json_of
from jarvis_ctx.disk.beside import beside
from jarvis_ctx.errors import BaseUnusable, CorruptData, OtherVersion
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.state import FOLD_VERSION, State

_encode = msgspec.json.encode
_decode_state = decoding.decoder(State)
_BESIDE = ("position", "stamp")

T = TypeVar("T")


def contents(state: State) -> bytes:
    """`state` as JSON but for its position and stamp, which a checkpoint's header has."""
    return json_of(_fields(state))


def hashed(state: State) -> tuple[bytes, str]:
    """The contents of `state` and their hash, which is reckoned while they are made."""
    pieces = SimpleQueue[Piece]()
    with beside(lambda: _digest(iter(pieces.get, b""))) as found:
        try:
            data = json_of(_fields(state), pieces.put)
        finally:
            pieces.put(b"")
        return data, found()


def _fields(state: State) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(state, name)) for name in state.__struct_fields__ if name not in _BESIDE)


def digest(data: bytes) -> str:
    """The content hash: SHA-256, hex."""
    return _digest([data])


def _digest(pieces: Iterable[Piece]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


def check(data: bytes, expected: str, what: str) -> None:
    """Raises `CorruptData` when `data` does not have the hash `expected`."""
    if digest(data) != expected:
        raise CorruptData(what=what, reason="its contents do not match their hash")


def sealed(header: CheckpointHeader) -> CheckpointHeader:
    """`header` with the seal that belongs to it."""
    return replace(header, seal=digest(_encode(replace(header, seal=""))))


def intact(header: CheckpointHeader) -> CheckpointHeader | None:
    """`header`, if its seal says that it is as it was written; else None."""
    return header if sealed(header) == header else None


def check_header(header: CheckpointHeader, what: str) -> None:
    """Raises `CorruptData` when `header` has another seal than belongs to it."""
    if intact(header) is None:
        raise CorruptData(what=what, reason="its header does not match its seal")


def state_of(snapshot: Snapshot, what: str) -> State:
    """The state of a checkpoint, once it verifies, and its base with it, where it has one.

    Raises `CorruptData`, `BaseUnusable` for one that is whole with a base that is not, and `OtherVersion` for what is
    whole but not for us.
    """
    _check_alone(snapshot, what)
    header = snapshot.header
    state = _upon_its_base(snapshot, what) if header.base else _decoded(_decode_state, snapshot.state, what)
    if state.version != FOLD_VERSION:
        raise OtherVersion(what=what, reason=f"its fold is number {state.version}, this is {FOLD_VERSION}")
    state.position, state.stamp = dict(header.position), header.stamp
    return state


def _check_alone(snapshot: Snapshot, what: str) -> None:
    check_header(snapshot.header, what)
    check(snapshot.state, snapshot.header.hash, what)


def _upon_its_base(snapshot: Snapshot, what: str) -> State:
    base = snapshot.base
    if base is None:
        raise BaseUnusable(what=what, base=snapshot.header.base, reason="it is gone")
    if base.header.hash != _decoded(changes.base_of, snapshot.state, what):
        raise BaseUnusable(what=what, base=snapshot.header.base, reason="it holds something else than it did")
    try:
        state = state_of(base, base.header.id)
    except CorruptData as error:
        raise BaseUnusable(what=what, base=snapshot.header.base, reason=str(error).rstrip(".")) from error
    _decoded(lambda data: changes.put_into(state, data), snapshot.state, what)
    return state


def _decoded(decode: Callable[[bytes], T], data: bytes, what: str) -> T:
    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OtherVersion(what=what, reason=str(error)) from error


def whole(snapshot: Snapshot, what: str) -> Snapshot:
    """A checkpoint that verifies and needs no base; itself where it is one, of any version. Raises as `state_of`."""
    if not snapshot.header.base:
        _check_alone(snapshot, what)
        return snapshot
    header, data = snapshot.header, contents(state_of(snapshot, what))
    header = replace(header, id=f"{header.run}@{header.taken}", hash=digest(data), size=len(data))
    return Snapshot(header=sealed(header), state=data)
