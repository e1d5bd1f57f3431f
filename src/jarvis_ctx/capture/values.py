"""What is kept of a person's values: ids as text, secrets left out, and what cannot be stored named by its type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from msgspec import UNSET

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.model.ids import ID_LIMIT

SECRET = re.compile(
    r"(password|passwd|passphrase|token|secret|api_?key|(private|access|secret)_?key|authorization|credentials?)$", re.I
)
"""Names of arguments and keys that are left out unless asked for; `max_tokens` is not one."""

DESCRIPTION_LIMIT = 1000
"""Characters that are kept of a description."""

SIMPLE = frozenset({str, int, float, bool, type(None), bytes, list, tuple, set, frozenset})
"""Types of values that have neither keys nor attributes of their own."""


NAMES_REMEMBERED = 1000

NUMBERS = frozenset({int, float, bool, type(None)})


class Keeping:
    """Which values of a call are kept, and how: `exclude` names more arguments and keys to leave out."""

    def __init__(self, exclude: Iterable[str] = (), limit: int = 65_536) -> None:
        self._exclude, self.limit = frozenset(exclude), limit
        self._known: dict[str, bool] = {}

    def leaves_out(self, name: object) -> bool:
        """Whether an argument or key of this name is never kept."""
        if type(name) is not str:
            return False
        known = self._known.get(name)
        if known is None:
            known = name in self._exclude or SECRET.search(name) is not None
            if len(self._known) < NAMES_REMEMBERED:
                self._known[name] = known
        return known

    def value(self, value: Any) -> Any:
        """A copy of `value` without secrets; `{"not_stored": its type}` where it is too large or cannot be stored."""
        if type(value) in NUMBERS or (type(value) is str and len(value) <= self.limit // 4):
            return value
        try:
            copy = exact.decode(exact.encode(value, limit=self.limit))
        except JarvisError:
            return self._parts(value)
        return self._without_secrets(copy)

    def result(self, value: Any) -> Any:
        """A result as it is, or its type's name where it cannot be stored."""
        try:
            exact.encode(value)
        except JarvisError:
            return not_stored(value)
        return value

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are kept, by name."""
        return {
            name: self.value(value)
            for name, value in values.items()
            if type(name) is str and not name.startswith("$") and not self.leaves_out(name)
        }

    def _parts(self, value: Any) -> Any:
        """Of a dict that cannot be stored whole, what can be."""
        if type(value) is dict and len(value) <= 100 and all(type(key) is str for key in value):
            copy = {k: self._one(v) for k, v in value.items() if not self.leaves_out(k) and not k.startswith("$")}
            try:
                exact.encode(copy, limit=self.limit)
            except JarvisError:
                return not_stored(value)
            return copy
        return not_stored(value)

    def _one(self, value: Any) -> Any:
        try:
            return self._without_secrets(exact.decode(exact.encode(value, limit=self.limit)))
        except JarvisError:
            return not_stored(value)

    def _without_secrets(self, copy: Any) -> Any:
        """`copy`, which is ours to change, without the keys that are left out."""
        if type(copy) is dict:
            for key in [key for key in copy if self.leaves_out(key)]:
                del copy[key]
            for item in copy.values():
                self._without_secrets(item)
        elif type(copy) is list:
            for item in copy:
                self._without_secrets(item)
        return copy


def not_stored(value: Any) -> dict[str, str]:
    """What stands for a value that cannot be stored: its type, and its id or name where it has one."""
    named = {"not_stored": type(value).__qualname__}
    name = as_id(part(value, "id", "name"))
    return {**named, "id": name} if name else named


def as_id(value: Any) -> str | None:
    """`value` as an id: text, a whole number or a UUID that a store can hold, else None."""
    kind = type(value)
    if kind is str:
        fits = 0 < len(value) <= ID_LIMIT and "\0" not in value and (value.isascii() or storable(value))
        return value if fits else None
    if value is UNSET or value is None:
        return None
    if kind is UUID or (kind is int and value.bit_length() <= ID_LIMIT):
        return str(value)
    return as_id(value.value) if issubclass(type(value), Enum) else None


def storable(text: str) -> bool:
    """Whether UTF-8 can hold the text."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def part(value: Any, *names: str) -> Any:
    """The first of `names` that a mapping has as a key, or an object as an attribute, and is not None; else UNSET."""
    kind = type(value)
    if kind is dict:
        for name in names:
            if (item := value.get(name)) is not None:
                return item
        return UNSET
    if kind in SIMPLE or value is UNSET:
        return UNSET
    get = _item if _is_mapping(value) else _attribute
    return next((item for name in names if (item := get(value, name)) is not None and item is not UNSET), UNSET)


def _is_mapping(value: Any) -> bool:
    try:
        return isinstance(value, Mapping)
    except Exception:  # Code of the person's own class, as below.
        return False


def _item(value: Mapping[Any, Any], name: str) -> Any:
    try:
        return value.get(name, UNSET)
    except Exception:  # Code of the person's own mapping, as below.
        return UNSET


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name, UNSET)
    except Exception:  # Code of the person's own object; whatever it raises, it has no such part.
        return UNSET


def text(value: Any) -> str:
    """A description as kept: text of at most 1,000 characters, or nothing."""
    if type(value) is not str:
        return ""
    return value if len(value) <= DESCRIPTION_LIMIT and value.isascii() else encodable(value[:DESCRIPTION_LIMIT])


def encodable(text: str) -> str:
    """The text with lone surrogates spelled out, as no store can hold them."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def plain(value: Any) -> Any:
    """An `Enum` as the text or number it stands for; anything else as it is."""
    if not issubclass(type(value), Enum):
        return value
    return value.value if type(value.value) in (str, int, float) else value.name
