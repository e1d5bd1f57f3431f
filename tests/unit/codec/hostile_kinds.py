"""More that cannot be kept as it is: machinery of the standard library, and kinds of plain types of its own."""

from __future__ import annotations

import collections
import contextvars
import ctypes
import datetime
import decimal
import functools
import inspect
import io
import logging
import random
import re
import struct
import threading
import uuid
import weakref
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, TypeVar


def own(kind: type, *given: Any) -> Callable[[], Any]:
    """How to make one of a kind of its own of a plain type."""
    return lambda: type("Own", (kind,), {})(*given)


KINDS: dict[str, Callable[[], Any]] = {
    "bytes of its own kind": own(bytes, b"x"),
    "a bytearray of its own kind": own(bytearray, b"x"),
    "a float of its own kind": own(float, 1.5),
    "a complex number of its own kind": own(complex, 1j),
    "a list of its own kind": own(list, [1]),
    "a dict of its own kind": own(dict, {"a": 1}),
    "a set of its own kind": own(set, {1}),
    "a frozenset of its own kind in a set": lambda: {own(frozenset, {1})()},
    "a tuple of its own kind as a key": lambda: {own(tuple, (1,))(): 1},
    "a date of its own kind": own(datetime.date, 2026, 1, 1),
    "a time of its own kind": own(datetime.time, 1, 2),
    "a timedelta of its own kind": own(datetime.timedelta, 1),
    "a decimal of its own kind": own(decimal.Decimal, "1.10"),
    "an id of its own kind": lambda: own(uuid.UUID, "0" * 32)(),
    "a path of its own kind": own(PurePosixPath, "a"),
    "a list of its own kind deep in plain ones": lambda: {"a": [(1, {"b": own(list)()})]},
    "a UserDict": lambda: collections.UserDict(a=1),
    "a UserList": lambda: collections.UserList([1]),
    "a UserString": lambda: collections.UserString("a"),
    "a dict's values": lambda: {"a": 1}.values(),
    "a dict's items": lambda: {"a": 1}.items(),
    "a zip": lambda: zip([1], [2], strict=True),
    "a map": lambda: map(str, [1]),
    "an enumeration": lambda: enumerate("ab"),
    "a reversed list": lambda: reversed([1]),
    "a partial function": lambda: functools.partial(int, "1"),
    "a property": property,
    "a static method": lambda: staticmethod(len),
    "a type of lists of integers": lambda: list[int],
    "a union of types": lambda: int | str,
    "a type variable": lambda: TypeVar("T"),
    "a signature": lambda: inspect.signature(own),
    "a match": lambda: re.match("a", "a"),
    "a thread": threading.Thread,
    "an event": threading.Event,
    "what threads have of their own": threading.local,
    "a context variable": lambda: contextvars.ContextVar("x"),
    "a context": contextvars.Context,
    "a logger": lambda: logging.getLogger("x"),
    "a record of a log": lambda: logging.makeLogRecord({"msg": "x"}),
    "a source of chance": lambda: random.Random(1),
    "a text file in memory": lambda: io.StringIO("x"),
    "a C integer": lambda: ctypes.c_int(1),
    "a C array": lambda: (ctypes.c_char * 3)(),
    "a layout of bytes": lambda: struct.Struct("i"),
    "a decimal context": decimal.Context,
    "a set of weak references": weakref.WeakSet,
    "an interrupt": KeyboardInterrupt,
    "an exception with its cause": lambda: ExceptionGroup("both", [ValueError("a"), OSError(5, "b")]),
}
"""By name, how to make each; each must be refused by `UnstorableValue`."""
