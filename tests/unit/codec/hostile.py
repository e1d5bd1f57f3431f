"""Values that a captured call may carry and that a careless store would change, choke on or be run by."""

from __future__ import annotations

import array
import asyncio
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import ipaddress
import math
import queue
import re
import signal
import subprocess
import sys
import threading
import types
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tests.unit.codec.hostile_data import DATA
from tests.unit.codec.hostile_kinds import KINDS


class Touched(BaseException):
    """Code of a hostile value was run; not an Exception, so that nothing swallows it."""


def _touch(*_: object, **__: object) -> Any:
    raise Touched


HOOKS = (
    *("__repr__", "__str__", "__format__", "__reduce__", "__reduce_ex__", "__getstate__", "__eq__", "__hash__"),
    *("__bool__", "__len__", "__iter__", "__getitem__", "__contains__", "__int__", "__index__", "__float__"),
    *("__fspath__", "__bytes__", "__complex__", "__dir__", "__sizeof__", "__getattr__", "__getattribute__", "__lt__"),
)


class HostileMeta(type):
    """A class that answers no question about itself."""

    __hash__ = __eq__ = __repr__ = __instancecheck__ = __subclasscheck__ = __getattribute__ = _touch


def hostile(*bases: type) -> Any:
    """An object, of a subclass of `bases`, whose class raises from every hook, `__class__` too."""
    kind = type("Hostile", bases, {"__class__": property(_touch)})
    made = kind()
    for hook in HOOKS:
        setattr(kind, hook, _touch)
    return made


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Word(enum.StrEnum):
    YES = "YES"


class Bits(enum.Flag):
    ONE = 1


class Point(NamedTuple):
    x: int
    y: int


class Zone(datetime.tzinfo):
    utcoffset = dst = tzname = _touch


class Moment(datetime.datetime):
    pass


@dataclasses.dataclass
class Record:
    x: int = 1


class Struct(msgspec.Struct):
    x: int = 1


class Slotted:
    __slots__ = ("x",)


def offset(seconds: float, *name: str) -> datetime.timezone:
    return datetime.timezone(datetime.timedelta(seconds=seconds), *name)


def nested(levels: int, wrap: Callable[[Any], Any], inner: Any = None) -> Any:
    value = inner
    for _ in range(levels):
        value = wrap(value)
    return value


def cyclic_list() -> Any:
    value: list[Any] = [1]
    value.append(value)
    return value


def cyclic_dict() -> Any:
    value: dict[str, Any] = {"a": 1}
    value["self"] = (value,)
    return value


def unnamed() -> Any:
    made = type("Unnamed", (), {})
    made.__module__ = 3  # type: ignore[assignment]
    made.__qualname__ = Text("bad\ud800name")
    return made()


def moduleless() -> Any:
    return eval("type('Moduleless', (), {})()", {"__builtins__": {"type": type}})


def generator() -> Any:
    yield 1


def raising_init() -> Any:
    return uuid.UUID.__new__(uuid.UUID)


STORED: dict[str, Any] = {
    "a lone surrogate": "\ud800",
    "a lone surrogate in words": "caf\xe9 \udcff and on",
    "a pair of surrogates that is not one character": "\ud83d\ude00",
    "a surrogate as a key": {"\udfff": 1, "b": 2},
    "a surrogate in a list": ["ok", "\ud800"],
    "NUL": "a\0b\0",
    "NUL as a key": {"\0": "\0"},
    "all control characters": "".join(map(chr, range(32))) + "\x7f\x80\u2028\u2029\ufeff\uffff",
    "characters beyond the basic plane": "\U0001f600\U0010ffff",
    "text that looks like a script": "</script><script>alert(1)</script>",
    "text that looks like SQL": "'; DROP TABLE events; --",
    "text that looks like an escape": '\\u0024 \\" \\',
    "NaN": math.nan,
    "a negative NaN": -math.nan,
    "infinity in a list": [math.inf, -math.inf],
    "NaN as a key": {math.nan: math.nan},
    "negative zero": [-0.0, 0.0, 0],
    "the smallest float": 5e-324,
    "the greatest float": sys.float_info.max,
    "an integer of 5,000 digits": 10**4999,
    "a negative integer of 4,300 digits": -(10**4299),
    "an integer of 100,000 bits": -(1 << 100_000) + 1,
    "integers around 64 bits": [2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1],
    "a boolean beside a one": [True, 1, 1.0],
    "a boolean as a key": {True: "a", 2: "b", 2.5: "c", None: "d"},
    "an integer key beside a text key": {1: "a", "b": "c"},
    "a tuple as a key": {(1, ("a", None)): [1]},
    "bytes as a key": {b"\xff": b"\x00"},
    "an empty key": {"": ""},
    "a key that looks like a tag": {"$tuple": [1]},
    "a key that looks like a tag without payload": {"$": None},
    "a tag within a tag": {"$dict": {"$dict": [["$set", [1]]]}},
    "two keys that look like tags": {"$set": [1], "$tuple": [2]},
    "empty containers": [{}, [], (), set(), frozenset(), "", b"", bytearray()],
    "a set of mixed members": {1, "1", b"1", (1,), None, frozenset({1})},
    "a tuple in a list in a tuple": ([(1,)],),
    "bytes of every value": bytes(range(256)),
    "a bytearray": bytearray(b"\xff\x00"),
    "a megabyte": "x" * 1_000_000,
    "a megabyte of quotes": '"' * 1_000_000,
    "200 levels of lists": nested(200, lambda value: [value]),
    "200 levels of dicts with integer keys": nested(200, lambda value: {1: value}),
    "200 levels of tuples": nested(200, lambda value: (value,)),
    "the same list twice": [[1]] * 2,
    "the first and the last moment": [datetime.datetime.min, datetime.datetime.max],
    "an hour that came twice": datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    "an odd offset": datetime.datetime(1890, 1, 1, tzinfo=offset(-3.000001)),
    "a named offset": datetime.time(1, 2, 3, 4, tzinfo=offset(3600, "X")),
    "the longest times": [datetime.timedelta.min, datetime.timedelta.max],
    "a date before the calendar": datetime.date.min,
    "odd decimals": [decimal.Decimal(text) for text in ("-0E+5", "sNaN12", "-NaN", "Infinity", "1.10", "1E+999999")],
    "a decimal of 5,000 digits": decimal.Decimal("7" * 5000),
    "a unique id with its safety": uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe),
    "a path that is not text": Path("/tmp/\udcff"),
    "paths of other systems": [PureWindowsPath("c:/x/.."), PurePosixPath(""), PureWindowsPath("//host/share/x")],
    "odd complex numbers": [complex(-0.0, math.nan), complex(math.inf, -0.0)],
    "an endless range": range(-(10**30), 10**40, 7),
    "an empty range with its bounds": range(5, 5),
}
"""By name; each must come back as it was."""

REFUSED: dict[str, Callable[[], Any]] = {
    "an object": object,
    "an object all of whose hooks raise": hostile,
    "an object whose class answers nothing": lambda: HostileMeta("Hidden", (), {}),
    "an object of a class that answers nothing": lambda: type.__call__(HostileMeta("Hidden", (), {})),
    "a str with hostile hooks": lambda: hostile(str),
    "an int with hostile hooks": lambda: hostile(int),
    "a float with hostile hooks": lambda: hostile(float),
    "a list with hostile hooks": lambda: hostile(list),
    "a dict with hostile hooks": lambda: hostile(dict),
    "a tuple with hostile hooks": lambda: hostile(tuple),
    "a hostile value in a dict": lambda: {"a": [1, {"b": hostile()}]},
    "a hostile member of a tuple": lambda: (1, hostile(dict)),
    "an object that does not name itself": unnamed,
    "an object without a module": moduleless,
    "a key that is a str of its own kind": lambda: {Text("a"): 1},
    "a key that is a str of its own kind beside a plain one": lambda: {"b": 1, Text("a"): 1},
    "a str of its own kind": lambda: Text("a"),
    "a str of its own kind in a list": lambda: {"a": ["x", Text("y")], "b": 1},
    "an int of its own kind": lambda: [Number(3)],
    "an Enum member": lambda: Color.RED,
    "an IntEnum member": lambda: {"level": Level.HIGH, "b": 1},
    "a StrEnum member as a key": lambda: {Word.YES: 1},
    "a Flag": lambda: Bits.ONE,
    "a signal": lambda: signal.SIGTERM,
    "a namedtuple": lambda: {"point": Point(1, 2), "b": 1},
    "an OrderedDict": lambda: collections.OrderedDict(a=1),
    "a defaultdict": lambda: {"a": collections.defaultdict(list)},
    "a Counter": lambda: collections.Counter("ab"),
    "a deque": lambda: collections.deque([1]),
    "a ChainMap": lambda: collections.ChainMap({"a": 1}),
    "a dict's keys": lambda: {"a": 1}.keys(),
    "a read-only view of a dict": lambda: types.MappingProxyType({"a": 1}),
    "a dataclass": Record,
    "a Struct": Struct,
    "an object with an unset slot": Slotted,
    "a datetime of its own kind": lambda: Moment(2026, 1, 1),
    "a datetime with a hostile zone": lambda: datetime.datetime(2026, 1, 1, tzinfo=Zone()),
    "an offset named in surrogates": lambda: datetime.time(tzinfo=offset(0, "\ud800")),
    "an offset named by its own kind of str": lambda: datetime.time(tzinfo=offset(0, Text("x"))),
    "a UUID that was never made": raising_init,
    "a fraction": lambda: fractions.Fraction(1, 3),
    "an address": lambda: ipaddress.ip_address("127.0.0.1"),
    "an exception": lambda: ValueError("x"),
    "a generator": generator,
    "a coroutine function": lambda: asyncio.sleep,
    "an iterator": lambda: iter([1]),
    "a lambda": lambda: lambda: None,
    "a builtin function": lambda: len,
    "a bound method": lambda: [].append,
    "a class": lambda: dict,
    "a module": lambda: sys,
    "a frame": sys._getframe,
    "code": lambda: nested.__code__,
    "a lock": threading.Lock,
    "a queue": queue.Queue,
    "an event loop's future": lambda: asyncio.Future,
    "a file in memory": lambda: io.BytesIO(b"x"),
    "a process class": lambda: subprocess.Popen,
    "a weak reference": lambda: weakref.ref(Record),
    "a compiled pattern": lambda: re.compile("a"),
    "a memory view": lambda: memoryview(b"x"),
    "an array": lambda: array.array("i", [1]),
    "a slice": lambda: slice(1, 2),
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: [NotImplemented],
    "raw JSON": lambda: msgspec.Raw(b"{}"),
    "an unset field": lambda: msgspec.UNSET,
    "a namespace": lambda: types.SimpleNamespace(a=1),
    "a list that holds itself": cyclic_list,
    "a dict that holds itself": cyclic_dict,
    "201 levels of lists": lambda: nested(201, lambda value: [value]),
    "201 levels of sets": lambda: nested(201, lambda value: frozenset({value})),
    "100,000 levels of lists": lambda: nested(100_000, lambda value: [value]),
    "100,000 levels of dicts": lambda: nested(100_000, lambda value: {"a": value}),
    "1,000 levels of tuples": lambda: nested(1_000, lambda value: (value,)),
}
"""By name, how to make each; each must be refused by `UnstorableValue` with none of its code run."""

STORED.update(DATA)
REFUSED.update(KINDS)
