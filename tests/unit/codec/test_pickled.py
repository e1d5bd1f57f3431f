"""A user's own objects come back from a pickle; nothing else comes out of one."""

from __future__ import annotations

import collections
import datetime
import enum
import signal
import threading
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from jarvis_ctx.codec import pickled
from jarvis_ctx.errors import BadValue, CorruptData, NotOurs, TooLarge, UnstorableValue
from tests.unit.codec.hostile import Touched, hostile
from tests.unit.codec.sameness import fingerprint
from tests.unit.codec.test_exact import VALUES


class Job:
    """As a user would write it."""

    def __init__(self, name: str) -> None:
        self.name, self.parts = name, [name]

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other)

    __hash__ = object.__hash__


class Slotted:
    __slots__ = ("x",)


class Severity(enum.Enum):
    HIGH = "high"


class Bits(enum.IntFlag):
    ONE = 1
    TWO = 2


class Kept(enum.Enum):
    ONE = 1

    def __reduce_ex__(self, proto: Any) -> Any:
        return getattr, (self.__class__, self._name_)


class Point(NamedTuple):
    x: int
    y: int


class Fussy:
    def __setstate__(self, state: object) -> None:
        raise RuntimeError(state)

    def __init__(self) -> None:
        self.x = 1


class Unwilling:
    def __reduce__(self) -> Any:
        raise RuntimeError


ALLOWED = pickled.declared([Job, Slotted, Severity, Bits, Kept, Point, Fussy, Unwilling, signal.Signals])
WHOLE = pickled.dumps({"jobs": [Job("a"), Job("b")], "seen": {1, 2}}, ALLOWED)


def recursive() -> Any:
    inner: list[Any] = []
    outer = (inner, 1)
    inner.append(outer)
    return outer


@settings(deadline=None)
@given(VALUES)
def test_plain_data_comes_back_with_the_very_same_types(value: Any) -> None:
    assert fingerprint(pickled.loads(pickled.dumps(value))) == fingerprint(value)


@pytest.mark.parametrize(
    "value",
    [
        collections.OrderedDict(b=1, a=2),
        collections.defaultdict(list, a=[1]),
        collections.Counter("aab"),
        collections.deque([1, 2], maxlen=3),
        Fraction(1, 3),
        datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        {"a": (2**5000, b"x" * 70_000, "y" * 70_000, "\ud800")},
    ],
)
def test_the_collections_of_the_standard_library_come_back(value: Any) -> None:
    kept = pickled.loads(pickled.dumps(value))

    assert (type(kept), kept) == (type(value), value)


def test_an_object_that_holds_itself_comes_back() -> None:
    kept = pickled.loads(pickled.dumps(recursive()))

    assert kept[0][0] is kept


@pytest.mark.parametrize(
    "value",
    [Job("a"), [Job("a"), Job("b")], Severity.HIGH, Bits.ONE | Bits.TWO, Kept.ONE, Point(1, 2), Job, signal.SIGTERM],
)
def test_objects_of_declared_classes_come_back(value: Any) -> None:
    kept = pickled.loads(pickled.dumps(value, ALLOWED), ALLOWED)

    assert (type(kept), kept) == (type(value), value)


def test_an_object_with_slots_comes_back() -> None:
    value = Slotted()
    value.x = 5  # type: ignore[attr-defined]

    assert pickled.loads(pickled.dumps(value, ALLOWED), ALLOWED).x == 5


@pytest.mark.parametrize(
    "value",
    [
        Job("a"),
        {"a": [Job("a")]},
        Job,
        len,
        test_an_object_that_holds_itself_comes_back,
        threading,
        signal.SIGTERM,
        ...,
    ],
    ids=["object", "inside", "class", "builtin", "function", "module", "enum", "ellipsis"],
)
def test_what_is_not_declared_is_not_written(value: Any) -> None:
    with pytest.raises(UnstorableValue):
        pickled.dumps(value)


@pytest.mark.parametrize(
    "make",
    [
        threading.Lock,
        lambda: (_ for _ in ()),
        lambda: lambda: 1,
        lambda: [].append,
        Unwilling,
        lambda: Severity.__members__,
    ],
    ids=["lock", "generator", "lambda", "method", "raising", "proxy"],
)
def test_what_cannot_be_pickled_is_refused_though_all_else_is_declared(make: Any) -> None:
    with pytest.raises(UnstorableValue):
        pickled.dumps({"a": make()}, ALLOWED)


def test_none_of_the_code_of_an_undeclared_object_runs() -> None:
    try:
        with pytest.raises(UnstorableValue):
            pickled.dumps([hostile(), hostile(dict)])
    except Touched:
        pytest.fail("pickling ran it")


def test_a_type_that_is_no_longer_declared_is_not_loaded() -> None:
    with pytest.raises(NotOurs, match="Job"):
        pickled.loads(WHOLE)


def test_an_object_that_refuses_its_own_state_is_damage() -> None:
    data = pickled.dumps(Fussy(), ALLOWED)

    with pytest.raises(CorruptData, match="RuntimeError"):
        pickled.loads(data, ALLOWED)


def test_a_pickle_cut_anywhere_is_not_loaded() -> None:
    for length in range(len(WHOLE)):
        with pytest.raises((CorruptData, NotOurs)):
            pickled.loads(WHOLE[:length], ALLOWED)


def test_large_bytes_are_a_part_of_their_own_and_not_copied() -> None:
    large = bytes(1_000_000)

    parts = pickled.parts({"state": large})

    assert any(part is large for part in parts)
    assert pickled.loads(b"".join(parts)) == {"state": large}


def test_a_pickle_too_large_to_be_ours_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickled, "LIMIT", len(WHOLE) - 1)

    with pytest.raises(CorruptData, match="more than is ever written"):
        pickled.loads(WHOLE, ALLOWED)
    with pytest.raises(TooLarge):
        pickled.dumps({"jobs": [Job("a"), Job("b")], "seen": {1, 2}}, ALLOWED)


def test_a_state_nested_too_deep_to_write_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(UnstorableValue, match="RecursionError"):
        pickled.dumps(value)


@pytest.mark.parametrize("kind", [type, enum.EnumMeta, len, "Job", None])
def test_only_classes_of_data_can_be_declared(kind: Any) -> None:
    with pytest.raises(BadValue):
        pickled.declared([kind])
