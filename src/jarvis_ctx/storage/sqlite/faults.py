"""What SQLite and the file system complain of becomes `StoreUnavailable` or `StoreDamaged`, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.errors import JarvisError, StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite.driver import sqlite

_CORRUPT, _FORMAT, _NOT_A_DATABASE = 11, 24, 26
_DAMAGE = frozenset({_CORRUPT, _FORMAT, _NOT_A_DATABASE})

_EMPTIED = tuple(f"no such table: {table}" for table in ("writers", "events", "context_snapshots", "leases"))
"""A file of no bytes is an empty database to SQLite; these tables each of ours has."""
_OTHER_COLUMNS = ("no such column: ", "has no column named ")
"""A bit has flipped in a column's name, to which all pages and indexes still fit: whose a database is, and its schema,
was asked when it was opened."""


def unavailable(path: Path, reason: str) -> StoreUnavailable:
    """The error to raise where a later try may succeed."""
    return StoreUnavailable(path=str(path), reason=reason)


def damaged(path: Path, reason: str) -> StoreDamaged:
    """The error to raise where the file is to be moved aside."""
    return StoreDamaged(path=str(path), reason=reason)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raises `StoreUnavailable`, or `StoreDamaged`, for any error of the driver or the file system within."""
    try:
        yield
    except JarvisError:
        raise  # Some of ours are OSErrors too, and have said already what is the matter.
    except sqlite.Error as error:
        raise (damaged if _is_damage(error) else unavailable)(path, str(error)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged schema in its message, and the driver cannot read that.
        raise damaged(path, "its schema is damaged") from error
    except OSError as error:
        raise unavailable(path, error.strerror or str(error)) from error


def _is_damage(error: sqlite.Error) -> bool:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
        return True
    said = str(error)
    return said.startswith(_EMPTIED) or any(other in said for other in _OTHER_COLUMNS)
