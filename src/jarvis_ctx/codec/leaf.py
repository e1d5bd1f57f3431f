"""How single values that JSON lacks are written and read: a tag and a payload of plain JSON a type."""

from __future__ import annotations

import datetime as dt
import re
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from decimal import Decimal
from pathlib import PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any
from uuid import UUID, SafeUUID

import msgspec

from jarvis_ctx.codec import zone
from jarvis_ctx.codec.zone import NotExact

SURROGATE = re.compile("([\ud800-\udfff])")
ODD_NAN = "nan:"


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One type's tag, the JSON type of its payload, and the ways there and back.

    `write` raises `NotExact` for a value that `read` would not give back.
    """

    tag: str
    payload: type
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _write_text(text: str) -> list[str | int]:
    """A string in parts, its lone surrogates as their code points."""
    return [ord(part) if SURROGATE.match(part) else part for part in SURROGATE.split(text) if part]


def _read_text(parts: list[Any]) -> str:
    return "".join(part if type(part) is str else chr(part) for part in parts)


def _write_float(number: float) -> str:
    bits = struct.pack(">d", number)
    usual = number == number or bits == struct.pack(">d", float("nan"))
    return repr(number) if usual else ODD_NAN + bits.hex()


def _read_float(text: str) -> float:
    if not text.startswith(ODD_NAN):
        return float(text)
    bits = int(text.removeprefix(ODD_NAN), 16).to_bytes(8, "big")
    return float(struct.unpack(">d", bits)[0])


def _write_complex(number: complex) -> list[str]:
    return [_write_float(number.real), _write_float(number.imag)]


def _read_complex(parts: list[str]) -> complex:
    real, imaginary = parts
    return complex(_read_float(real), _read_float(imaginary))


def _write_range(numbers: range) -> list[int | str]:
    ends = (numbers.start, numbers.stop, numbers.step)
    return [end if -(2**63) <= end < 2**63 else hex(end) for end in ends]


def _read_range(ends: list[Any]) -> range:
    start, stop, step = (int(end, 16) if type(end) is str else end for end in ends)
    return range(start, stop, step)


def _write_bytes(data: bytes | bytearray) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _read_bytes(text: str) -> bytes:
    return a2b_base64(text, strict_mode=True)


def _write_timedelta(span: dt.timedelta) -> list[int]:
    return [span.days, span.seconds, span.microseconds]


def _write_uuid(uuid: UUID) -> list[Any]:
    return [str(uuid)] if uuid.is_safe is SafeUUID.unknown else [str(uuid), uuid.is_safe.value]


def _read_uuid(parts: list[Any]) -> UUID:
    text, *safe = parts
    return UUID(text, is_safe=SafeUUID(*safe)) if safe else UUID(text)


def _write_path(path: PurePath) -> list[str | int]:
    text = str(path)
    again = type(path)(text)
    if (again.drive, again.root, again.parts) != (path.drive, path.root, path.parts):
        raise NotExact("its text means another path")
    return _write_text(text)


def _reader_of(kind: type[PurePath]) -> Callable[[list[Any]], PurePath]:
    return lambda parts: kind(_read_text(parts))


LEAVES: dict[type, Leaf] = {
    str: Leaf(tag="$str", payload=list, write=_write_text, read=_read_text),
    int: Leaf(tag="$int", payload=str, write=hex, read=lambda text: int(text, 16)),
    float: Leaf(tag="$float", payload=str, write=_write_float, read=_read_float),
    complex: Leaf(tag="$complex", payload=list, write=_write_complex, read=_read_complex),
    range: Leaf(tag="$range", payload=list, write=_write_range, read=_read_range),
    bytes: Leaf(tag="$bytes", payload=str, write=_write_bytes, read=_read_bytes),
    bytearray: Leaf(tag="$bytearray", payload=str, write=_write_bytes, read=lambda text: bytearray(_read_bytes(text))),
    dt.datetime: Leaf(tag="$datetime", payload=list, write=zone.write, read=zone.reader(dt.datetime)),
    dt.time: Leaf(tag="$time", payload=list, write=zone.write, read=zone.reader(dt.time)),
    dt.date: Leaf(tag="$date", payload=str, write=dt.date.isoformat, read=dt.date.fromisoformat),
    dt.timedelta: Leaf(tag="$timedelta", payload=list, write=_write_timedelta, read=lambda parts: dt.timedelta(*parts)),
    Decimal: Leaf(tag="$decimal", payload=str, write=str, read=Decimal),
    UUID: Leaf(tag="$uuid", payload=list, write=_write_uuid, read=_read_uuid),
    **{
        kind: Leaf(tag=f"${kind.__name__.lower()}", payload=list, write=_write_path, read=_reader_of(kind))
        for kind in (PosixPath, WindowsPath, PurePosixPath, PureWindowsPath)
    },
}
"""By type; integers here are those beyond 64 bits, floats those that are not finite, strings those with surrogates."""
