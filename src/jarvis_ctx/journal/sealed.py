"""A sealed segment judged by the one hash that its seal holds, without taking its frames apart."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.segment import Opening, Seal


class Sealed(NamedTuple):
    """A segment that is whole as it was sealed, with at least one event."""

    path: Path
    opening: Opening
    seal: Seal
    data: bytes


def read_sealed(path: Path) -> Sealed | None:
    """The segment in `path`; None when it has no seal, no event or any damage. Raises `OSError`."""
    data, writer = path.read_bytes(), path.name[:16]
    end = data.rfind(frame.SEAL) - frame.LENGTH.size
    first, last = frame.at(data, 0, writer), frame.at(data, end, writer) if end > 0 else None
    if (
        first is None
        or last is None
        or first.magic != frame.OPENING
        or end + frame.size(len(last.payload)) != len(data)
    ):
        return None
    try:
        opening, seal = decoding.decode(first.payload, Opening), decoding.decode(last.payload, Seal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    whole = seal.count > 0 and hashlib.sha256(memoryview(data)[:end]).hexdigest() == seal.digest
    return Sealed(path, opening, seal, data) if whole else None
