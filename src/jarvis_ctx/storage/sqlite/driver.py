"""Which SQLite library serves this process: pysqlite3 where it is installed, else the standard library's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jarvis_ctx.errors import StoreUnavailable

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        # Its wheels bring a SQLite without the WAL-reset bug; two libraries on one file would undo each other's locks.
        from pysqlite3 import dbapi2 as sqlite
    except ImportError:
        import sqlite3 as sqlite

__all__ = ["OLDEST", "check", "facts", "sqlite", "vulnerable"]

OLDEST = (3, 38, 0)
"""The first version with STRICT tables and JSON built in."""

Version = tuple[int, int, int]

_log = logging.getLogger("jarvis_ctx")
_warned: set[Version] = set()


def vulnerable(version: Version) -> bool:
    """Whether this version has the WAL-reset bug: fixed in 3.44.6, 3.50.7, 3.51.3 and all later ones."""
    return version < (3, 44, 6) or (3, 45, 0) <= version < (3, 50, 7) or (3, 51, 0) <= version < (3, 51, 3)


def check(path: str, version: Version = sqlite.sqlite_version_info) -> None:
    """Warn, once a process, of a version with the WAL-reset bug. Raises `StoreUnavailable` for one too old to serve."""
    shown = ".".join(map(str, version))
    if version < OLDEST:
        reason = f"SQLite {shown} is too old, 3.38 is needed; install pysqlite3"
        raise StoreUnavailable(path=path, reason=reason)
    if vulnerable(version) and version not in _warned:
        _warned.add(version)
        _log.warning(
            "SQLite %s has the WAL-reset bug (fixed in 3.44.6, 3.50.7 and 3.51.3); "
            "install pysqlite3, or keep to one writing process.",
            shown,
        )


def facts() -> dict[str, object]:
    """The library, its SQLite version, and whether that version has the WAL-reset bug."""
    return {
        "engine": "sqlite",
        "library": sqlite.__name__.partition(".")[0],
        "version": sqlite.sqlite_version,
        "vulnerable": vulnerable(sqlite.sqlite_version_info),
    }
