"""Decoding into declared types, in any thread: all that is decoded with msgspec is decoded by this module.

msgspec works a type out when it is first decoded into, which runs Python, and shows what it has so far to whoever
decodes into the same type meanwhile: that ends the process by SIGSEGV (0.22 and before). Here a type is worked out by
one thread before anybody decodes into it. Who interrupts that very thread, as a signal handler does, cannot wait for
it, and is refused: `DecodingInterrupted`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, overload

import msgspec

from jarvis_ctx.errors import DecodingInterrupted

T = TypeVar("T")
Data = bytes | bytearray | memoryview | str | msgspec.Raw

plain = msgspec.json.Decoder().decode
"""What JSON says, in Python's own types. Raises `msgspec.DecodeError`."""


class _Types:
    """Those that are worked out already, and the lock under which others are."""

    def __init__(self) -> None:
        self._decoders: dict[object, msgspec.json.Decoder[Any]] = {}
        self._lock, self._within = threading.RLock(), False
        os.register_at_fork(
            before=self._before_fork,
            after_in_parent=self._after_fork_in_parent,
            after_in_child=self._after_fork_in_child,
        )

    def decoder(self, kind: Any) -> msgspec.json.Decoder[Any]:
        """The decoder of a type that is worked out. Raises `DecodingInterrupted`, and `TypeError` for no type."""
        return self._decoders.get(kind) or self._worked_out(kind)

    def _worked_out(self, kind: Any) -> msgspec.json.Decoder[Any]:
        with self._lock:
            if self._within:
                raise DecodingInterrupted(kind=getattr(kind, "__name__", str(kind)))
            self._within = True
            try:
                return self._decoders.setdefault(kind, msgspec.json.Decoder(kind))
            finally:
                self._within = False

    def _before_fork(self) -> None:
        # The child has no thread that would end what another one has begun.
        self._lock.acquire()

    def _after_fork_in_parent(self) -> None:
        with suppress(RuntimeError):  # A signal's handler has raised while we waited for it.
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        self._lock, self._within = threading.RLock(), False


# msgspec keeps what it has worked out with the types, which are the process's.
_types = _Types()


@overload
def decoder(kind: type[T]) -> Callable[[Data], T]: ...
@overload
def decoder(kind: Any) -> Callable[[Data], Any]: ...
def decoder(kind: Any) -> Callable[[Data], Any]:
    """What decodes JSON into `kind`; it raises `msgspec.ValidationError` for JSON of another type, else
    `msgspec.DecodeError`.

    Raises `DecodingInterrupted`, and `TypeError` for what msgspec has no way to decode into.
    """
    return _types.decoder(kind).decode


@overload
def unpacker(kind: type[T]) -> Callable[[bytes], T]: ...
@overload
def unpacker(kind: Any) -> Callable[[bytes], Any]: ...
def unpacker(kind: Any) -> Callable[[bytes], Any]:
    """As `decoder`, of MessagePack."""
    return msgspec.msgpack.Decoder(_types.decoder(kind).type).decode


@overload
def decode(data: Data, kind: type[T]) -> T: ...
@overload
def decode(data: Data, kind: Any) -> Any: ...
def decode(data: Data, kind: Any) -> Any:
    """JSON as `kind`; raises what `decoder` and the decoder that it gives raise."""
    return _types.decoder(kind).decode(data)


@overload
def convert(value: object, kind: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(value: object, kind: Any, *, strict: bool = True) -> Any: ...
def convert(value: object, kind: Any, *, strict: bool = True) -> Any:
    """A tree as `kind`, by numbers and words in strings too unless `strict`. Raises as `decode`."""
    # Of equal types the one that is worked out: msgspec keeps that with the type itself.
    return msgspec.convert(value, _types.decoder(kind).type, strict=strict)
