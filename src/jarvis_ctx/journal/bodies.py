"""The body of an event as its frame holds it: JSON, or the name of a side file where that is too large."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.values import Values

_encode = msgspec.json.encode
_decode = decoding.plain


class Bodies:
    """Encodes bodies for one writer's segments. Bodies over `inline` bytes go into side files."""

    def __init__(self, values: Values, *, inline: int) -> None:
        self._values, self._inline = values, inline

    def encoded(self, body: dict[str, Any], own: bool) -> tuple[bytes, dict[str, Any] | None]:
        """The body as JSON, and the body itself where it may be folded as it is.

        `own`: plain JSON that nobody else holds. Raises `UnstorableValue`, `TooLarge`, `JournalUnavailable`.
        """
        encoded = b""
        try:
            if own:
                try:
                    encoded = _encode(body)
                except (TypeError, ValueError):
                    own = False  # Not plain after all: a lone surrogate.
            if not own:
                encoded = exact.encode(body, limit=self._values.limit)
            if len(encoded) > self._inline:
                # The fold gets the body at hand: once the frame is written nothing may fail, a side file neither.
                return _encode(self._values.put(encoded)), body if own else _decode(encoded)
        except MemoryError as error:
            raise JournalUnavailable(path=str(self._values.folder), reason="no memory is left for the event") from error
        return encoded, body if own else None
