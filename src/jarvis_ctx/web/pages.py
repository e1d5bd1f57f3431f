"""Pages of a list, and the cursors between them: opaque, and of use for the same list of the same store alone."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from pydantic import Field

from jarvis_ctx import decoding
from jarvis_ctx.errors import UnknownCursor
from jarvis_ctx.web.models import Asked

T = TypeVar("T")
LARGEST = 1_000


class Paged(Asked):
    """Which page of a list."""

    limit: int = Field(100, ge=1, le=LARGEST, description="How many at most.")
    cursor: str | None = Field(None, max_length=4096, description="`next` of the page before.")


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    of: str
    key: Any


def dealt(
    asked: Paged,
    route: str,
    store: str,
    key: type[T],
    ask: Callable[[T | None], tuple[list[dict[str, Any]], T | None]],
    first: T | None = None,
) -> dict[str, Any]:
    """The page that was asked for of that route's list, whose places are of the type `key`.

    `ask(behind)` gives the items behind a place, and the place to go on behind where there are more. The first page is
    what lies behind `first`. Raises `UnknownCursor`.
    """
    of = list_id(asked, route, store)
    behind = opened(asked.cursor, of, key) if asked.cursor is not None else first
    items, further = ask(behind)
    return {"items": items, "next": sealed(of, further) if further is not None else None}


def list_id(asked: Paged, route: str, store: str) -> str:
    """Names a list: that route, of that store, with those filters."""
    filters = asked.model_dump(exclude={"limit", "cursor"}, mode="json")
    return hashlib.sha256(msgspec.json.encode([store, route, filters])).hexdigest()[:16]


def sealed(of: str, key: Any) -> str:
    """The cursor behind the item with this key."""
    return urlsafe_b64encode(msgspec.json.encode(_Cursor(of, key))).rstrip(b"=").decode()


def opened(cursor: str, of: str, kind: type[T]) -> T:
    """The key in a cursor of that list. Raises `UnknownCursor`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = decoding.decode(urlsafe_b64decode(padded), _Cursor)
        key = decoding.convert(found.key, kind)
    except (NotBase64, ValueError, msgspec.MsgspecError) as error:
        raise UnknownCursor(cursor=cursor[:64]) from error
    if found.of != of:
        raise UnknownCursor(cursor=cursor[:64])
    return key
