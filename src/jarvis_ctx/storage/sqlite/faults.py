"""What SQLite and the file system complain of becomes `StoreUnavailable`, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.errors import JarvisError, StoreUnavailable
from jarvis_ctx.storage.sqlite.driver import sqlite

_CORRUPT, _FORMAT, _NOT_A_DATABASE = 11, 24, 26
_DAMAGE = frozenset({_CORRUPT, _FORMAT, _NOT_A_DATABASE})


def unavailable(path: Path, reason: str, *, damaged: bool = False) -> StoreUnavailable:
    """The error to raise; `damaged` tells the caller that the file is to be moved aside rather than tried again."""
    return StoreUnavailable(path=str(path), reason=reason, damaged=damaged)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raises `StoreUnavailable` for any error of the driver or the file system within."""
    try:
        yield
    except JarvisError:
        raise  # Some of ours are OSErrors too, and have said already what is the matter.
    except sqlite.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise unavailable(path, str(error), damaged=code in _DAMAGE) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged schema in its message, and the driver cannot read that.
        raise unavailable(path, "its schema is damaged", damaged=True) from error
    except OSError as error:
        raise unavailable(path, error.strerror or str(error)) from error
