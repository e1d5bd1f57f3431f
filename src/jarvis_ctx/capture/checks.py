"""What a value must be before it may enter the journal; the fold trusts what passed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.ids import ID_LIMIT

_TEXT = frozenset({"description", "status", "agent"})
_LISTS = frozenset({"completed_subtasks", "blockers", "dependencies"})


def identifier(name: str, value: object) -> str:
    """`value` as an id: text of 1 to 512 characters that any store can hold. Raises `BadValue`."""
    if type(value) is str and 0 < len(value) <= ID_LIMIT and (value.isascii() or _encodes(value)) and "\0" not in value:
        return value
    shown = value if isinstance(value, str | int | float | None) else type(value).__name__
    raise BadValue(
        name=name, value=shown, expected=f"text of 1 to {ID_LIMIT} characters without NUL or lone surrogates"
    )


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def mapping(name: str, value: object) -> dict[str, Any]:
    """`value` as a dict with text keys, none of which starts with `$`. Raises `BadValue`."""
    if not isinstance(value, Mapping):
        raise BadValue(name=name, value=type(value).__name__, expected="a mapping")
    for key in value:
        if type(key) is not str or key.startswith("$"):
            raise BadValue(name=f"a key of {name}", value=key, expected="text that does not start with $")
    return dict(value)


def check_progress(progress: Mapping[str, Any]) -> dict[str, Any]:
    """A task's changes, checked and copied. Raises `BadValue`, naming the key."""
    body: dict[str, Any] = {}
    if not isinstance(progress, Mapping):
        raise BadValue(name="progress", value=type(progress).__name__, expected="a mapping")
    for name, value in progress.items():
        if name in _TEXT:
            if type(value) is not str:
                raise BadValue(name=name, value=value, expected="text")
        elif name == "percentage":
            if type(value) not in (int, float) or not 0 <= value <= 100:
                raise BadValue(name=name, value=value, expected="a number from 0 to 100")
        elif name in _LISTS:
            value = _texts(name, value)
        elif name == "metadata":
            value = mapping(name, value)
        elif type(name) is not str or name.startswith("$"):
            raise BadValue(name="a key of progress", value=name, expected="text that does not start with $")
        body[name] = value
    return body


def _texts(name: str, value: Any) -> list[str]:
    if type(value) in (list, tuple) and all(type(item) is str for item in value):
        return list(value)
    raise BadValue(name=name, value=value, expected="a list of text")
