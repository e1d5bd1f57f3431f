"""What a graph's event is about, as one text that sorts by thread, namespace and checkpoint."""

from __future__ import annotations

import msgspec

from jarvis_ctx import decoding

_decode = decoding.decoder(list[str])

ALL = '["', '["\U0010ffff'
"""From the first subject of any thread to beyond the last."""


def subject(*parts: str) -> str:
    """Of `thread`; or of `thread`, `namespace` and `checkpoint`."""
    return msgspec.json.encode(parts).decode()


def parts_of(text: str) -> list[str]:
    """What `subject` was given. Raises `msgspec.DecodeError`."""
    return _decode(text)


def beneath(*parts: str) -> tuple[str, str]:
    """The first subject that begins with `parts` and has more, and the first beyond them: what `scan` takes."""
    prefix = subject(*parts)[:-1]
    return prefix + ",", prefix + "-"  # "-" is the character after ",".
