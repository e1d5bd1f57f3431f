"""A user's own objects to bytes and back: standard pickle of declared types and plain data, nothing else.

Unpickling runs the constructors of the types it names, and those may take any time and memory: call `loads` only on
bytes whose signature has been verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from jarvis_ctx.errors import CorruptData, NotOurs, TooLarge, UnstorableValue

LIMIT = 1024 * 1024 * 1024
"""Bytes a pickle may have."""
WHAT = "A pickle"
NOTHING: Mapping[tuple[str, str], type] = MappingProxyType({})


def declared(types: Iterable[type]) -> dict[tuple[str, str], type]:
    """Classes by module and qualified name, as `dumps` and `loads` take them. Raises `BadValue` for anything else."""
    from jarvis_ctx.codec.allowlist import by_name

    return by_name(types)


def dumps(value: object, allowed: Mapping[tuple[str, str], type] = NOTHING) -> bytes:
    """A pickle of protocol 5. Besides the builtin data types, only objects of the `allowed` classes are in it.

    Those are the containers, strings and numbers, the collections, dates and times, `Decimal`, `Fraction`, `UUID` and
    paths. Raises `UnstorableValue` for objects of any other type, for functions, and when an object's own pickling
    raises; `TooLarge` over 1 GiB.
    """
    return b"".join(parts(value, allowed))


class Parts(list[bytes]):
    """A file to write to that keeps what it is given, as it is given."""

    def write(self, data: bytes) -> None:
        self.append(bytes(data))


def parts(value: object, allowed: Mapping[tuple[str, str], type] = NOTHING) -> list[bytes]:
    """What `dumps` gives, in parts; large bytes in `value` are one of them and not copied. Raises as `dumps`."""
    from jarvis_ctx.codec.allowlist import DATA
    from jarvis_ctx.codec.picklers import Writer
    from jarvis_ctx.codec.reasons import name_of

    file = Parts()
    try:
        Writer(file, {**allowed, **DATA}).dump(value)
    except UnstorableValue:
        raise
    except Exception as error:  # pickling runs the objects' own code, which may raise anything
        reason = f"pickling it raised {name_of(type(error))}"
        raise UnstorableValue(path="$", type=name_of(type(value)), reason=reason) from error
    size = sum(map(len, file))
    if size > LIMIT:
        raise TooLarge(what=WHAT, size=size, limit=LIMIT)
    return file


def loads(data: bytes, allowed: Mapping[tuple[str, str], type] = NOTHING) -> Any:
    """The value that `dumps` was given. Only for bytes whose signature has been verified.

    Raises `NotOurs` for a type that is not allowed and for instructions that `dumps` does not write, `CorruptData` for
    everything else that fails. Instructions are checked before anything is made.
    """
    from jarvis_ctx.codec.allowlist import DATA
    from jarvis_ctx.codec.opcodes import check
    from jarvis_ctx.codec.picklers import Reader

    if len(data) > LIMIT:
        raise CorruptData(what=WHAT, reason=f"it has {len(data)} bytes, more than is ever written")
    check(data)
    try:
        return Reader(data, {**allowed, **DATA}).load()
    except NotOurs:
        raise
    except Exception as error:  # the constructors of declared types may raise anything
        raise CorruptData(what=WHAT, reason=f"reading it raised {type(error).__name__}") from error
