"""What a value must be before it may enter the journal; the fold trusts what passed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from jarvis_ctx.codec.reasons import said
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.ids import ID_LIMIT

_KINDS: dict[str, type] = {
    **dict.fromkeys(("description", "status", "agent"), str),
    **dict.fromkeys(("completed_subtasks", "blockers", "dependencies"), list),
    "percentage": float,
    "metadata": dict,
}
"""The keys of a progress that mean something to us, and what they hold."""

TEXT = "text without lone surrogates"


def identifier(name: str, value: object) -> str:
    """`value` as an id: text of 1 to 512 characters that any store can hold. Raises `BadValue`."""
    if (
        ((type(value) is str and value.isascii()) or is_text(value))
        and 0 < len(value) <= ID_LIMIT
        and "\0" not in value
    ):
        return value
    raise BadValue(
        name=name, value=said(value), expected=f"text of 1 to {ID_LIMIT} characters without NUL or lone surrogates"
    )


def is_text(value: object) -> TypeGuard[str]:
    """Whether `value` is a plain `str` that UTF-8 can carry: no subclass, no lone surrogate."""
    if type(value) is not str:
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def mapping(name: str, value: object) -> dict[str, Any]:
    """`value` as a dict with text keys, none of which starts with `$`. Raises `BadValue`."""
    copied = _copied(name, value)
    for key in copied:
        _check_key(name, key)
    return copied


def _copied(name: str, value: object) -> dict[Any, Any]:
    """A mapping's items. Raises `BadValue`, also when a mapping of the user's own kind raises whatever it may."""
    if type(value) is dict:
        return dict(value)
    try:
        if isinstance(value, Mapping):
            return dict(value)
    except Exception as error:  # The user's class may raise from anywhere; what it raised is the cause of this.
        raise BadValue(name=name, value=said(value), expected="a mapping that can be read") from error
    raise BadValue(name=name, value=said(value), expected="a mapping")


def check_progress(progress: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """A task's changes, checked and copied, and whether all of the copy is plain JSON that nobody else holds.

    Raises `BadValue`, naming the key.
    """
    body, own = progress.copy() if type(progress) is dict else _copied("progress", progress), True
    for name, value in body.items():
        kind = _KINDS.get(name) if type(name) is str else None
        if kind is str:
            # The quick look spares a call for each of the commonest values, a tenth of what a call of ours costs.
            if not ((type(value) is str and value.isascii()) or is_text(value)):
                raise BadValue(name=name, value=said(value), expected=TEXT)
        elif kind is list:
            body[name] = _texts(name, value)
        elif kind is float:
            if not (type(value) is int or type(value) is float) or not 0 <= value <= 100:
                raise BadValue(name=name, value=said(value), expected="a number from 0 to 100")
        else:
            own = False
            _check_key("progress", name)
            body[name] = mapping(name, value) if kind is dict else value
    return body, own


def _texts(name: str, value: Any) -> list[str]:
    items: list[Any] = list(value) if type(value) is list or type(value) is tuple else [None]
    for item in items:
        if not ((type(item) is str and item.isascii()) or is_text(item)):
            raise BadValue(name=name, value=said(value), expected=f"a list of {TEXT}")
    return items


def _check_key(owner: str, key: object) -> None:
    if not is_text(key) or key.startswith("$"):
        raise BadValue(name=f"a key of {owner}", value=said(key), expected=f"{TEXT} that does not start with $")
