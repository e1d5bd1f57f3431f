"""Decoding into declared types, in any thread: all that is decoded with msgspec is decoded by this module.

msgspec works a type out when it is first decoded into, which runs Python, and shows what it has so far to a thread that
decodes into the same type meanwhile: that ends the process by SIGSEGV (0.22 and before). Here each
type is worked out by one thread before any other decodes into it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")
Data = bytes | bytearray | memoryview | str | msgspec.Raw

plain = msgspec.json.Decoder().decode
"""What JSON says, in Python's own types. Raises `msgspec.DecodeError`."""

_decoders: dict[object, msgspec.json.Decoder[Any]] = {}
_lock = threading.RLock()
# A child of a fork has no thread that would end what another one had begun.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@overload
def decoder(kind: type[T]) -> Callable[[Data], T]: ...
@overload
def decoder(kind: Any) -> Callable[[Data], Any]: ...
def decoder(kind: Any) -> Callable[[Data], Any]:
    """What decodes JSON into `kind`, and raises `msgspec.DecodeError` (`msgspec.ValidationError` where it is another).

    Raises `TypeError` for what msgspec has no way to decode into.
    """
    return _worked_out(kind).decode


@overload
def unpacker(kind: type[T]) -> Callable[[bytes], T]: ...
@overload
def unpacker(kind: Any) -> Callable[[bytes], Any]: ...
def unpacker(kind: Any) -> Callable[[bytes], Any]:
    """As `decoder`, of MessagePack."""
    _worked_out(kind)
    return msgspec.msgpack.Decoder(kind).decode


@overload
def decode(data: Data, kind: type[T]) -> T: ...
@overload
def decode(data: Data, kind: Any) -> Any: ...
def decode(data: Data, kind: Any) -> Any:
    """JSON as `kind`; raises as a `decoder` does."""
    return _worked_out(kind).decode(data)


@overload
def convert(value: object, kind: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(value: object, kind: Any, *, strict: bool = True) -> Any: ...
def convert(value: object, kind: Any, *, strict: bool = True) -> Any:
    """A tree as `kind`, by numbers and words in strings too unless `strict`. Raises `msgspec.ValidationError`."""
    _worked_out(kind)
    return msgspec.convert(value, kind, strict=strict)


def _worked_out(kind: Any) -> msgspec.json.Decoder[Any]:
    found = _decoders.get(kind)
    if found is None:
        with _lock:
            found = _decoders.setdefault(kind, msgspec.json.Decoder(kind))
    return found
