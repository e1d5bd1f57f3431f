"""A value that must not be anywhere: found in text, JSON and bytes, and replaced by a marker."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec.untagging import untag
from jarvis_ctx.errors import BadValue, CorruptData

MARKER = "[purged]"
SHORTEST = 4
"""Characters below which a value would be found everywhere."""
TAG = "$"


class Needle:
    """One value. Strings, keys and bytes that are it, or hold it, and numbers that are it are cleaned."""

    def __init__(self, value: str) -> None:
        """Raises `BadValue` for less than four characters."""
        if len(value) < SHORTEST:
            raise BadValue(name="value", value="***", expected=f"at least {SHORTEST} characters")
        self._value, self._bytes = value, value.encode()
        once = msgspec.json.encode(value)[1:-1]
        twice = msgspec.json.encode(once.decode())[1:-1]
        self.forms = sorted({self._bytes, once, twice}, key=len, reverse=True)
        """As it stands in bytes: plain, in JSON, and in JSON within JSON."""

    def within(self, data: bytes) -> bool:
        """Whether `data` holds the value in one of its forms."""
        return any(form in data for form in self.forms)

    def plain(self, data: bytes) -> bytes:
        """Cleaned as bytes without structure."""
        for form in self.forms:
            data = data.replace(form, MARKER.encode())
        return data

    def json(self, data: bytes) -> bytes:
        """Cleaned as JSON, `data` itself where nothing is to be cleaned; what is no JSON is cleaned as plain bytes."""
        try:
            tree = decoding.plain(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self.plain(data)
        cleaned = self.tree(tree)
        return data if cleaned == tree else msgspec.json.encode(cleaned)

    def text(self, text: str) -> str:
        """Cleaned as JSON if it is some, else as it is."""
        return self.json(text.encode()).decode() if text[:1] in ("{", "[") else self._string(text)

    def tree(self, tree: Any) -> Any:
        """Decoded JSON, cleaned."""
        if type(tree) is str:
            return self._string(tree)
        if type(tree) is list:
            return [self.tree(item) for item in tree]
        if type(tree) is dict:
            return self._dict(tree)
        return MARKER if type(tree) in (int, float) and self._value in _ways(tree) else tree

    def _string(self, text: str) -> str:
        cleaned = text.replace(self._value, MARKER)
        return self.plain(cleaned.encode()).decode() if self.within(cleaned.encode()) else cleaned

    def _dict(self, tree: dict[str, Any]) -> Any:
        if len(tree) == 1 and (tag := next(iter(tree))).startswith(TAG) and type(tree[tag]) is str:
            decoded = _unbased(tree[tag])
            if decoded is not None and self._bytes in decoded:
                if tag != "$bytes":
                    return MARKER  # A pickle, or the like: what is left of it would not be readable.
                return {tag: base64.b64encode(decoded.replace(self._bytes, MARKER.encode())).decode()}
        cleaned = {self._string(key): self.tree(item) for key, item in tree.items()}
        return MARKER if len(tree) == 1 and cleaned != tree and _broken(tree, cleaned) else cleaned


def _ways(number: float) -> tuple[str, ...]:
    """How a number may have been written, without its sign and with it."""
    whole = (str(int(number)), str(-int(number))) if number == number // 1 else ()
    return str(number), str(-number), *whole


def _broken(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a date, a decimal number or the like would not be one any more: a task's result with it is not read."""
    try:
        untag(before)
    except CorruptData:
        return False
    try:
        untag(after)
    except CorruptData:
        return True
    return False


def _unbased(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
