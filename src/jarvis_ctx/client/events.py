"""Server-sent events: bytes as they arrive, cut into messages."""

from __future__ import annotations

import msgspec

LARGEST = 64 * 1024 * 1024
"""Bytes of one message."""


class Message(msgspec.Struct, frozen=True):
    """One message: its event's name (`message` where none is given), its id or nothing, its data."""

    event: str
    id: str
    data: bytes


class Parser:
    """Takes bytes in any pieces. The format is the HTML standard's (section 9.2), without a byte order mark."""

    def __init__(self) -> None:
        self._rest = b""
        self._event, self._id, self._data = "message", "", list[bytes]()

    def feed(self, chunk: bytes) -> list[Message]:
        """The messages that are whole now. Raises `ValueError` for one over 64 MiB."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LARGEST:
            raise ValueError(f"a message of over {LARGEST} bytes")
        return [message for line in lines if (message := self._line(line.removesuffix(b"\r"))) is not None]

    def _line(self, line: bytes) -> Message | None:
        if not line:
            return self._whole()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                self._data.append(value)
            case b"event":
                self._event = value.decode(errors="replace")
            case b"id":
                self._id = value.decode(errors="replace")
            case _:
                pass  # A comment, or what this does not know.
        return None

    def _whole(self) -> Message | None:
        message = Message(self._event, self._id, b"\n".join(self._data)) if self._data else None
        self._event, self._id, self._data = "message", "", []
        return message
