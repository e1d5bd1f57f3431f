"""Why a value cannot be stored, said without running any code of its own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

KEPT: tuple[type, ...] = (
    *(dict, list, tuple, set, frozenset, str, int, float, complex, bytes, bytearray),
    *(datetime, date, time, timedelta, Decimal, UUID, PurePath),
)
ONLY_DATA = "only plain data can: dict, list, tuple, set, str, numbers, bytes, dates, Decimal, UUID, paths, None"
LONGEST = 200
"""Characters of a type's or a key's name that are shown."""

_bases = type.__dict__["__mro__"].__get__
_module = type.__dict__["__module__"].__get__
_qualname = type.__dict__["__qualname__"].__get__


def name_of(kind: type) -> str:
    """`module.QualifiedName` in ASCII, without asking the type's metaclass; builtins without their module."""
    try:
        module: object = _module(kind)
    except AttributeError:  # a class may have deleted it
        module = None
    if type(module) is not str or module == "builtins":
        return _shown(_qualname(kind))
    return f"{_shown(module)}.{_shown(_qualname(kind))}"


def why_not(kind: type) -> str:
    """What to do about a value of a type that is not among those kept."""
    bases: tuple[type, ...] = _bases(kind)
    if any(base is Enum for base in bases):
        return "it is a member of an Enum, which would come back as a plain value; store its .value or .name"
    for base in bases:
        if any(base is kept for kept in KEPT):
            return f"it is of a subclass of {base.__name__}, which would be lost; make a plain {base.__name__} of it"
    return ONLY_DATA


def key_of(key: Any) -> str:
    """A dict's key as a path shows it: strings and small integers themselves, the type of everything else."""
    kind = type(key)
    if kind is str:
        return ascii(key if len(key) <= LONGEST else key[:LONGEST] + "...")
    if kind is int and -(2**63) <= key < 2**63:
        return str(key)
    return f"<{name_of(kind)}>"


def said(value: object) -> object:
    """A value as an error may quote it with `repr`: short plain data itself, a long text's beginning, else its type."""
    if type(value) is str:
        return value if len(value) <= LONGEST else f"{value[:40]}..."
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else "an int of many digits"
    kind: object = type(value)  # Compared by identity: its metaclass may have an `==` of its own.
    return value if value is None or kind is float or kind is bool else name_of(type(value))


def _shown(name: str) -> str:
    # Through str itself: a class may bear a name of a str subclass, whose methods are its own.
    return str.encode(name, "ascii", "backslashreplace").decode("ascii")[:LONGEST]
