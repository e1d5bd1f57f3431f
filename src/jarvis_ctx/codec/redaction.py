"""Takes secrets out of what is shown: the values of secret names, and what has a secret's shape in any text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec

from jarvis_ctx.codec.secret_names import COUNTED, endings, squeezed
from jarvis_ctx.codec.secret_shapes import MARKER, rewriter

T = TypeVar("T")


class Redaction:
    """The rule, with the names that `secret_names` adds (separated by commas). Pure; safe in any thread.

    1. A value under a secret's name (a mapping's key, a record's field, the first of a pair or of a state's kept field,
       `{"name": ..., "value": ...}`, a `--flag` before it) becomes `[redacted]`, whatever it is, but for
       None, true, false and what is empty; a number under a name that ends with `token` stays, too.
    2. In every other text, a mapping's keys among them, what has a secret's shape becomes `[redacted]`.
    Everything else is left as it is.
    """

    def __init__(self, more: str = "") -> None:
        self._more, self._endings = more, endings(more)
        self._secret_fields: dict[type, frozenset[str]] = {}
        self._plain: set[str] = {""}
        """Texts that were looked at and have no secret: records say the same few again and again."""
        self._names: dict[str, bool] = {}
        """Names that were looked at, and whether what they name is a secret: records have the same few, too."""

    def text(self, text: str) -> str:
        """`text` with `[redacted]` in the place of what has a secret's shape."""
        if text in self._plain:
            return text
        shown = rewriter(self._more)(text)  # Made once, when it is first needed: no start waits for it.
        if shown == text and len(text) < PLAIN_LENGTH and len(self._plain) < PLAIN_KEPT:
            self._plain.add(text)
        return shown

    def is_secret(self, name: object) -> bool:
        """Whether what has this name is a secret."""
        if isinstance(name, bytes):
            name = name.decode("latin-1")
        if not isinstance(name, str):
            return False
        known = self._names.get(name)
        if known is None:
            known = squeezed(name).endswith(self._endings)
            if len(name) < PLAIN_LENGTH and len(self._names) < PLAIN_KEPT:
                self._names[name] = known
        return known

    def __call__(self, value: T) -> T:
        """`value` without secrets: equal to it where there are none; containers and records keep their types."""
        shown: T = self._shown(value)
        return shown

    def _shown(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is dict:
            return self._mapping(value)
        if kind in (list, tuple):
            return kind(self._sequence(value)) if value else value
        if kind in (set, frozenset):
            return kind(self._shown(item) for item in value)
        if kind in (bytes, bytearray):
            return kind(self.text(value.decode("latin-1")).encode("latin-1"))
        if isinstance(value, msgspec.Struct):
            return self._record(value)
        if isinstance(value, PurePath):
            shown = self.text(str(value))
            return value if shown == str(value) else kind(shown)
        return value

    def _record(self, value: msgspec.Struct) -> msgspec.Struct:
        names, secret = value.__struct_fields__, self._secret_fields.get(type(value))
        if secret is None:
            secret = self._secret_fields[type(value)] = frozenset(filter(self.is_secret, names))
        changed = {}
        for name in names:
            item = getattr(value, name)
            shown = self._hidden(item, name) if name in secret else self._shown(item)
            if shown is not item:
                changed[name] = shown
        return msgspec.structs.replace(value, **changed) if changed else value

    def _mapping(self, found: Mapping[Any, Any]) -> dict[Any, Any]:
        if "value" in found and any(self.is_secret(found.get(name)) for name in ("name", "key", "Name", "Key")):
            return {
                key: self._hidden(item) if key == "value" else self._under(key, item) for key, item in found.items()
            }
        return {self._shown(key): self._under(key, item) for key, item in found.items()}

    def _sequence(self, items: list[Any] | tuple[Any, ...]) -> list[Any]:
        if type(items) is tuple and len(items) == 2 and self.is_secret(items[0]):
            return [self._shown(items[0]), self._hidden(items[1], str(items[0]))]
        if len(items) == 3 and items[1] in KEPT_AS and self.is_secret(items[0]):
            return [*items[:2], self._hidden(items[2], str(items[0]))]
        before: list[Any] = ["", *items]
        return [
            self._hidden(item) if self._is_flag(flag) else self._shown(item)
            for flag, item in zip(before, items, strict=False)
        ]

    def _is_flag(self, item: object) -> bool:
        return type(item) is str and item.startswith("--") and "=" not in item and self.is_secret(item)

    def _under(self, name: Any, value: Any) -> Any:
        return self._hidden(value, name) if self.is_secret(name) else self._shown(value)

    def _hidden(self, value: Any, name: Any = "") -> Any:
        if value is None or type(value) is bool or (type(value) in EMPTY and not value):
            return value
        if type(value) in (int, float) and squeezed(str(name)).endswith(COUNTED):
            return value
        return MARKER


PLAIN_KEPT, PLAIN_LENGTH = 1000, 256
"""How many such texts, and names, are remembered, and the characters that each has fewer than."""

KEPT_AS = ("json", "pickle")
"""What stands between name and value in a kept field of an object's state."""

EMPTY = (str, bytes, bytearray, list, tuple, dict, set, frozenset)
