"""The types a pickle may name: data of the standard library, and what a user has declared."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import pathlib
import uuid
import zoneinfo
from collections.abc import Iterable

from jarvis_ctx.errors import BadValue

Allowlist = dict[tuple[str, str], type]
"""Types by exact module and qualified name."""

BUILTINS = (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range)
COLLECTIONS = (collections.OrderedDict, collections.defaultdict, collections.Counter, collections.deque)
TIMES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone, zoneinfo.ZoneInfo)
NUMBERS = (decimal.Decimal, fractions.Fraction, uuid.UUID)
PATHS = (pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath)


def by_name(types: Iterable[type]) -> Allowlist:
    """The types by the names that pickle writes for them. Raises `BadValue` for anything but a class."""
    allowed: Allowlist = {}
    for kind in types:
        if not isinstance(kind, type) or issubclass(kind, type):
            raise BadValue(name="type", value=kind, expected="a class whose instances are data")
        allowed[kind.__module__, kind.__qualname__] = kind
    return allowed


DATA = by_name((*BUILTINS, *COLLECTIONS, *TIMES, *NUMBERS, *PATHS)) | {
    # Python 3.13 alone names the paths by their private module; a store outlives its interpreter.
    (module, kind.__name__): kind
    for module in ("pathlib", "pathlib._local")
    for kind in PATHS
}
