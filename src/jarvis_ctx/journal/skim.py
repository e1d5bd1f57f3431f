"""Which segments need not be read by somebody who knows a writer's events up to a number."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.segment import Opening

HEAD = 4_096
"""Bytes of a segment that its first frame fits in."""


def beyond(paths: list[Path], known: int) -> list[Path]:
    """A writer's segments, in order, without those that have nothing after number `known`: the next one says so."""
    for index in range(len(paths) - 1, 0, -1):
        first = _first(paths[index])
        if first is not None and first <= known + 1:
            return paths[index:]
    return paths


def _first(path: Path) -> int | None:
    """The number a segment begins with; None where it does not say so, or is gone."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        found = next(iter(frame.scan(head, path.name[:16], 0)), None)
        if isinstance(found, frame.Frame) and found.magic == frame.OPENING:
            return decoding.decode(found.payload, Opening).first
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        pass  # Whoever reads it whole says what is the matter with it.
    return None
