"""What SQLite and the file system complain of becomes `StoreUnavailable` or `StoreDamaged`, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jarvis_ctx.errors import JarvisError, StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.schema import is_as_made
from jarvis_ctx.storage.sqlite.viewing import Viewer

_ERROR, _CORRUPT, _FORMAT, _NOT_A_DATABASE = 1, 11, 24, 26
_DAMAGE = frozenset({_CORRUPT, _FORMAT, _NOT_A_DATABASE})


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
        raise (damaged if _is_damage(error, path) else unavailable)(path, str(error)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged schema in its message, and the driver cannot read that.
        raise damaged(path, "its schema is damaged") from error
    except OSError as error:
        raise unavailable(path, error.strerror or str(error)) from error


def _is_damage(error: sqlite.Error, path: Path) -> bool:
    """Whether the file is damaged: SQLite says so, or a statement does not fit a schema that is not as it was made."""
    return _code(error) in _DAMAGE or (_code(error) == _ERROR and _is_unlike_made(path))


def _is_unlike_made(path: Path) -> bool:
    try:
        with closing(Viewer(path, 0.0)) as viewer:
            return not is_as_made(viewer.connection)
    except sqlite.Error as error:
        return _code(error) in _DAMAGE
    except UnicodeDecodeError:
        return True
    except OSError:
        return False  # Nobody can tell now.


def _code(error: sqlite.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
