"""The outside world: a file in which each published review is one line, for others to read."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from .records import Receipt, Review


def publish(review: Review) -> Receipt:
    """Append the review to its effects file as one JSON line, safe on disk when this returns.

    Publishing twice makes two lines: nothing here looks whether the review is there already.
    """
    content = {key: value for key, value in review.items() if key != "effects"}
    line = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    _append(review["effects"], line + b"\n")
    return _receipt(review["id"], line)


def find_published(key: str, review: Review) -> Receipt | None:
    """The receipt of this review if it has been published, else None.

    `key` is whatever name the caller gave to the attempt; the review's own id is enough to find it.
    """
    for line in _lines(review["effects"]):
        record = _record(line)
        if record is not None and record["id"] == review["id"]:
            return _receipt(review["id"], line)
    return None


def published(effects: str) -> list[dict[str, Any]]:
    """Every review in the effects file, in order of publication; a line torn by a kill is not one."""
    return [record for record in map(_record, _lines(effects)) if record is not None]


def mend(effects: str) -> None:
    """End a line that a killed process left half written, so that the next one starts on its own line."""
    if _lines(effects)[-1:] not in ([], [b""]):
        _append(effects, b"\n")


def _append(effects: str, data: bytes) -> None:
    descriptor = os.open(effects, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        # One write, so that lines of several threads never mix.
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "only a part of the line was written", effects)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(effects: str) -> list[bytes]:
    path = Path(effects)
    return path.read_bytes().split(b"\n") if path.exists() else []


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "id" in record else None


def _receipt(review_id: str, line: bytes) -> Receipt:
    return {"id": review_id, "bytes": len(line), "digest": hashlib.sha256(line).hexdigest()[:16]}
