"""Dates and times with their zone and fold, as a list of ISO text, zone and fold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Moment = TypeVar("Moment", datetime, time)


class NotExact(Exception):
    """A value whose written form would not give it back; the text says why."""


def write(moment: datetime | time) -> list[Any]:
    """`[ISO text]`, with the zone unless it is naive, and the fold when it is 1: `[text, zone, fold]`.

    A zone is its IANA name, or `[days, seconds, microseconds]` of a fixed offset and its name if it has one.
    """
    text = moment.replace(tzinfo=None).isoformat()
    zone = None if moment.tzinfo is None else _write_zone(moment.tzinfo)
    parts = [text, zone, moment.fold]
    return parts if moment.fold else parts[: 1 + (zone is not None)]


def reader(kind: type[Moment]) -> Callable[[list[Any]], Moment]:
    """The way back from what `write` wrote, for `datetime` or `time`."""

    def read(parts: list[Any]) -> Moment:
        text, zone, fold = parts + [None, 0][len(parts) - 1 :]
        return kind.fromisoformat(text).replace(tzinfo=_read_zone(zone), fold=fold)

    return read


def _write_zone(zone: tzinfo) -> str | list[Any]:
    if type(zone) is ZoneInfo:
        if type(zone.key) is str and _known(zone.key):
            return zone.key
        raise NotExact("its time zone has no IANA name; convert it to UTC")
    if type(zone) is not timezone:
        raise NotExact("its time zone is neither a fixed offset nor a ZoneInfo; convert it to UTC")
    offset, *names = zone.__getinitargs__()  # type: ignore[attr-defined]  # tells a given name from the offset's own
    if not all(type(name) is str and encodes(name) for name in names):
        raise NotExact("its time zone's name is not plain text; convert it to UTC")
    return [offset.days, offset.seconds, offset.microseconds, *names]


def _read_zone(zone: Any) -> tzinfo | None:
    if zone is None:
        return None
    if isinstance(zone, str):
        return ZoneInfo(zone)
    days, seconds, microseconds, *names = zone
    return timezone(timedelta(days, seconds, microseconds), *names)


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def encodes(text: str) -> bool:
    """Whether UTF-8 has the text, which it has not with a lone surrogate."""
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True
