"""Values of a state as they are kept: exact JSON first, a signed pickle only where JSON cannot, else named by type."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import exact, pickled, sign
from jarvis_ctx.errors import CorruptData, JarvisError, NotOurs, TooLarge, UnstorableValue

JSON, PICKLE = "json", "pickle"
PURPOSE = "object state"
TRIES = 3
"""Readings of a value that another thread changes meanwhile."""

Allowed = dict[tuple[str, str], type]
Bytes = tuple[str, bytes]
"""`json` or `pickle`, and the bytes."""


def as_bytes(value: Any, allowed: Allowed, limit: int) -> Bytes:
    """`value` as exact JSON, else as a pickle of plain data and of `allowed` types.

    Raises `UnstorableValue`, which names the type that stands in the way, and `TooLarge`.
    """
    for left in reversed(range(TRIES)):
        try:
            return JSON, exact.encode(value, limit=limit)
        except UnstorableValue as refusal:
            first = refusal
        try:
            data = pickled.dumps(value, allowed)
        except UnstorableValue as error:
            if left and isinstance(error.__cause__, RuntimeError) and not isinstance(error.__cause__, RecursionError):
                continue  # It changed size while it was read.
            # Both name the first type that they cannot keep; where it is the same, JSON knows where it is.
            path = first.facts["path"] if first.facts["type"] == error.facts["type"] else "$"
            raise UnstorableValue(**{**error.facts, "path": path}) from error.__cause__
        if len(data) > limit:
            raise TooLarge(what="The value", size=len(data), limit=limit)
        return PICKLE, data
    raise AssertionError("the last try returns or raises")


def why(error: JarvisError) -> str:
    """Why a field is not kept: its type where that is the reason, and what to do."""
    if not isinstance(error, UnstorableValue):
        return str(error)
    path = str(error.facts["path"]).removeprefix("$")
    return f"{error.facts['type']}{f' at {path}' if path else ''}: {error.facts['reason']}"


class Seal:
    """Signs pickled fields with the store's key, each for its own place, so that none can be put into another's."""

    def __init__(self, key: sign.Key | None, orchestrator: str) -> None:
        self._key, self._orchestrator = key, orchestrator

    def close(self, kept: Bytes, *place: str | int) -> Any:
        """The field's value as it stands in an event. `place`: run, object, count and field."""
        how, data = kept
        if how == JSON:
            return decoding.plain(data)
        if self._key is None:
            raise CorruptData(what="secret.key", reason="there is no key to sign a pickled field with")
        mac = sign.mac(self._key, PURPOSE, self._header(place), data)
        return {"key": self._key.id, "mac": mac, "data": exact.to_tree(data)}

    def open(self, how: str, value: Any, allowed: Allowed, *place: str | int) -> Any:
        """The value that was kept, made anew. Raises `CorruptData`, and `NotOurs` before anything is unpickled."""
        if how == JSON:
            return exact.from_tree(value)
        what = f"The pickled field {place[-1]!r}"
        data = exact.from_tree(value["data"]) if how == PICKLE and type(value) is dict and "data" in value else None
        if type(data) is not bytes:
            raise CorruptData(what=what, reason="it is not in the form it was written in")
        if self._key is None or value.get("key") != self._key.id:
            raise NotOurs(what=what, reason="it is signed with another key than this store's")
        if not sign.verify(self._key, PURPOSE, self._header(place), data, str(value.get("mac"))):
            raise NotOurs(what=what, reason="its signature does not verify")
        return pickled.loads(data, allowed)

    def _header(self, place: tuple[str | int, ...]) -> bytes:
        return msgspec.json.encode([PICKLE, self._orchestrator, *place])
