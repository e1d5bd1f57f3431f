"""Whether two values are the same to the last type, which `==` does not say."""

from __future__ import annotations

import datetime
import struct
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo


def fingerprint(value: Any) -> Any:
    """Equal for two values exactly when all their types, parts, orders, signs, zones and folds are equal."""
    kind = type(value)
    if kind is dict:
        return kind, tuple((fingerprint(key), fingerprint(item)) for key, item in value.items())
    if kind in (list, tuple):
        return kind, tuple(map(fingerprint, value))
    if kind in (set, frozenset):
        return kind, frozenset(map(fingerprint, value))
    return kind, _leaf(value)


def _leaf(value: Any) -> Any:
    match value:
        case float():
            return struct.pack(">d", value)
        case complex():
            return struct.pack(">dd", value.real, value.imag)
        case Decimal():
            return value.as_tuple()
        case datetime.datetime() | datetime.time():
            return value.replace(tzinfo=None).isoformat(), value.fold, _zone(value.tzinfo)
        case range():
            return value.start, value.stop, value.step
        case bytearray():
            return bytes(value)
        case PurePath():
            return str(value), value.parts
        case UUID():
            return value.int, value.is_safe
        case _:
            return value


def _zone(zone: Any) -> Any:
    if isinstance(zone, datetime.timezone):
        return zone.utcoffset(None), zone.tzname(None)
    return (ZoneInfo, zone.key) if isinstance(zone, ZoneInfo) else zone
