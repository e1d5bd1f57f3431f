"""The shapes that values in a body must have to enter a record; anything else makes its event unreadable."""

from __future__ import annotations

from typing import Any


def text(value: Any) -> str:
    """`value`, which must be text. Raises `TypeError`."""
    if type(value) is not str:
        raise TypeError
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of text as a tuple. Raises `TypeError`."""
    if type(value) is not list:
        raise TypeError
    "".join(value)  # Raises for anything but text, at C's speed.
    return tuple(value)


def whole(value: Any) -> int:
    """`value`, which must be a whole number. Raises `TypeError`."""
    if type(value) is not int:
        raise TypeError
    return value


def percentage(value: Any) -> float:
    """`value`, which must be a number from 0 to 100. Raises `TypeError` and `ValueError`."""
    if type(value) is not int and type(value) is not float:
        raise TypeError
    if not 0 <= value <= 100:
        raise ValueError
    return value


def mapping(value: Any) -> dict[str, Any]:
    """`value`, which must be a mapping. Raises `TypeError`."""
    if type(value) is not dict:
        raise TypeError
    return value


def numbers(value: Any) -> dict[str, int]:
    """`value`, which must be a mapping to whole numbers. Raises `TypeError`."""
    return {name: whole(number) for name, number in mapping(value).items()}
