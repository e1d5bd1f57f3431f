"""The bodies of events, sealed: each for its writer, number, time, run, kind and subject alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec.sealed import MAGIC, MARK, PLAIN_DATA, Seals, is_sealed, place_of
from jarvis_ctx.errors import CorruptData

EVENT, VALUE = "event", "value"
_decode = decoding.plain
_REFERENCE = b'{"$value":'


class Sealing(Protocol):
    """What the journal needs of whoever seals."""

    def close(self, writer: str, payload: bytes, size: int) -> bytes:
        """The event as it is written: its body is the `size` bytes before the last one of `payload`."""
        ...

    def open(self, writer: str, payload: bytes, body: dict[str, Any]) -> dict[str, Any]:
        """The body of an event that was read. Raises `CorruptData` and `WrongEncryptionKey`."""
        ...

    def close_value(self, body: bytes) -> bytes:
        """The bytes of a side file."""
        ...

    def open_value(self, data: bytes, what: str) -> bytes:
        """What `close_value` was given."""
        ...


def composed(sealing: Sealing | None, writer: str, head: list[Any], body: bytes) -> bytes:
    """An event put together again from `[number, time, run, kind, subject]` and its body, sealed where that is done."""
    payload = msgspec.json.encode(head)[:-1] + b"," + body + b"]"
    return payload if sealing is None else sealing.close(writer, payload, len(body))


class SealedBodies:
    """Bodies under the keys of a store.

    `only` says which bodies are sealed; without it all are, and one that is plain is refused: it is not ours.
    """

    def __init__(self, seals: Seals, only: Callable[[dict[str, Any]], bool] | None = None) -> None:
        self._seals, self._only = seals, only

    def close(self, writer: str, payload: bytes, size: int) -> bytes:
        place, body = payload[: -size - 2], payload[-size - 1 : -1]
        if not self._concerns(body):
            return payload
        sealed = self._seals.seal_json(body, EVENT, writer, place)
        if body.startswith(_REFERENCE):  # Retention must see which side file goes with an event, without a key.
            sealed = sealed[:-1] + b"," + body[1:]
        return b"%b,%b]" % (place, sealed)

    def open(self, writer: str, payload: bytes, body: dict[str, Any]) -> dict[str, Any]:
        what = f"An event of writer {writer}"
        if not is_sealed(body):
            if self._only is None and not self._seals.plain:
                raise CorruptData(what=what, reason=PLAIN_DATA)
            return body
        place = place_of(payload)
        if place is None:
            raise CorruptData(what=what, reason="its body does not stand at its end")
        opened: dict[str, Any] = _decode(self._seals.open_json(body, what, EVENT, writer, place))
        if len(body) > 1 and opened.items() != {name: body[name] for name in body if name != MARK}.items():
            raise CorruptData(what=what, reason="what may be seen of its body is not what was sealed")
        return opened

    def close_value(self, body: bytes) -> bytes:
        return self._seals.seal(body, VALUE) if self._concerns(body) else body

    def open_value(self, data: bytes, what: str) -> bytes:
        if self._only is not None and not data.startswith(MAGIC):
            return data
        return self._seals.open(data, what, VALUE)

    def _concerns(self, body: bytes) -> bool:
        return self._only is None or self._only(_decode(body))
