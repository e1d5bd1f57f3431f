"""What goes into JSON comes back exactly."""

from __future__ import annotations

import datetime
import sys
import threading
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData, TooLarge, UnstorableValue
from tests.unit.codec.hostile import Color, Point, Zone, nested, offset
from tests.unit.codec.sameness import fingerprint

TEXT = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=20)
HASHABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.binary(max_size=20)
    | st.dates()
    | st.uuids()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.complex_numbers()
    | st.builds(range, st.integers(), st.integers(), st.integers(min_value=1))
    | TEXT.map(PurePosixPath),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=6,
)
ZONES = st.none() | st.just(datetime.UTC) | st.timezones()
VALUES = st.recursive(
    HASHABLE
    | st.integers(min_value=-(10**600), max_value=10**600)
    | st.datetimes(timezones=ZONES)
    | st.times(timezones=ZONES)
    | st.decimals()
    | st.binary().map(bytearray)
    | TEXT.filter(lambda text: "\0" not in text and "/" not in text).map(lambda text: PureWindowsPath("c:/", text)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.sampled_from(["$set", "$", "a"]) | HASHABLE, inner, max_size=4)
        | st.dictionaries(TEXT, inner, max_size=4)
        | st.sets(HASHABLE, max_size=4)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abc", max_size=3), inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(VALUES)
def test_every_value_comes_back_with_the_very_same_types(value: Any) -> None:
    data = exact.encode(value)

    assert fingerprint(exact.decode(data)) == fingerprint(value)


@settings(deadline=None)
@given(VALUES)
def test_a_tree_inside_another_document_gives_the_value_back(value: Any) -> None:
    document = msgspec.json.encode({"kept": exact.to_tree(value)})

    tree = msgspec.json.decode(document)["kept"]

    assert fingerprint(exact.from_tree(tree)) == fingerprint(value)


@settings(deadline=None)
@given(JSON)
def test_a_plain_value_is_written_as_bare_json(value: Any) -> None:
    assert exact.is_plain(value)
    assert exact.encode(value) == msgspec.json.encode(value)


@settings(deadline=None)
@given(JSON)
def test_a_plain_value_is_its_own_tree(value: Any) -> None:
    assert exact.to_tree(value) is value


@pytest.mark.parametrize(
    "value", [(), {1: 1}, {"$a": 1}, float("nan"), 2**63, b"", [{"a": ()}], {"a": {"b": {None: 1}}}]
)
def test_what_json_lacks_is_not_plain(value: Any) -> None:
    assert not exact.is_plain(value)


def test_text_is_decoded_like_bytes() -> None:
    data = exact.encode({"seen": {1, 2}})

    assert exact.decode(data.decode()) == exact.decode(data) == {"seen": {1, 2}}


def test_equal_sets_are_written_alike_whatever_the_order_they_were_filled_in() -> None:
    forwards, backwards = {0, 8}, {8, 0}

    assert list(forwards) != list(backwards)
    assert exact.encode(forwards) == exact.encode(backwards)


def test_a_refusal_says_where_and_of_which_type() -> None:
    with pytest.raises(UnstorableValue) as refused:
        exact.encode({"files": [{"name": "a"}, {"lock": object()}], "b": 1})

    assert refused.value.facts["path"] == "$['files'][1]['lock']"
    assert refused.value.facts["type"] == "object"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Point(1, 2), "plain tuple"),
        (Color.RED, "its .value or .name"),
        (datetime.time(tzinfo=Zone()), "neither a fixed offset nor a ZoneInfo"),
        (datetime.time(tzinfo=offset(0, "\ud800")), "its time zone's name"),
        (Exception(), "only plain data can"),
    ],
)
def test_a_refusal_says_what_to_do(value: object, reason: str) -> None:
    with pytest.raises(UnstorableValue, match=reason):
        exact.encode(value)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {1: value}, lambda value: (value, 1)])
def test_a_value_nested_too_deep_is_refused_with_a_short_path(wrap: Any) -> None:
    with pytest.raises(UnstorableValue, match="200 levels") as refused:
        exact.encode(nested(300, wrap))

    assert len(str(refused.value)) < 300


def test_a_value_over_the_callers_limit_is_too_large() -> None:
    with pytest.raises(TooLarge) as refused:
        exact.encode({"text": "x" * 1000, "b": 1}, limit=1000)

    assert refused.value.facts["limit"] == 1000


@pytest.mark.parametrize(
    "value",
    [
        ["x" * 10**8] * 10_000,
        {"a": ["x" * 10**8] * 10_000, "b": 1},
        {"a": ("x" * 10**8,) * 10_000},
        {"a": [b"x" * 10**8] * 10_000},
        ([None] * 5_000_000,),
    ],
    ids=["list", "flat", "tuple", "bytes", "items"],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_written(value: Any) -> None:
    with pytest.raises(TooLarge):
        exact.encode(value)


def test_lists_that_share_their_items_without_end_are_refused() -> None:
    with pytest.raises(TooLarge):
        exact.encode(nested(50, lambda value: [value] * 5000))


@pytest.fixture
def restless() -> Iterator[dict[str, Any]]:
    """A dict of 500 items that another thread adds to and takes from, at every turn it gets."""
    value: dict[str, Any] = {str(number): [number] for number in range(500)}
    done, before = threading.Event(), sys.getswitchinterval()
    other = threading.Thread(target=_change_until, args=(done, value))
    sys.setswitchinterval(1e-6)
    other.start()
    yield value
    done.set()
    other.join()
    sys.setswitchinterval(before)


def _change_until(done: threading.Event, value: dict[str, Any]) -> None:
    while not done.is_set():
        value.update((f"new{number}", [number]) for number in range(50))
        for number in range(50):
            del value[f"new{number}"]


def test_a_dict_that_another_thread_changes_meanwhile_is_stored(restless: dict[str, Any]) -> None:
    kept = [exact.decode(exact.encode(restless)) for _ in range(300)]

    assert all(len(copy) >= 500 for copy in kept)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b"\xff",
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b"[" * 100_000,
        b"1 2",
        b"1e999",
        '"\ud800"',
        b'{"$unknown":1}',
        b'{"$":1}',
        b'[{"$tuple":1}]',
        b'{"$tuple":{"a":1}}',
        b'{"$set":[[1]]}',
        b'{"$set":[{"a":1}]}',
        b'{"$dict":[[1]]}',
        b'{"$dict":[[1,2,3]]}',
        b'{"$dict":[[[],1]]}',
        b'{"$dict":{"a":1}}',
        b'{"$bytes":"?"}',
        b'{"$bytes":"A"}',
        b'{"$bytes":1}',
        b'{"$bytearray":[1]}',
        b'{"$int":"x"}',
        b'{"$int":12}',
        b'{"$float":"x"}',
        b'{"$float":"nan:x"}',
        b'{"$str":[-1]}',
        b'{"$str":[1e3]}',
        b'{"$str":"a"}',
        b'{"$complex":["1"]}',
        b'{"$decimal":"x"}',
        b'{"$decimal":[0,[1],2]}',
        b'{"$uuid":["x"]}',
        b'{"$uuid":["00000000-0000-0000-0000-000000000000",9]}',
        b'{"$date":"2026-13-01"}',
        b'{"$datetime":[]}',
        b'{"$datetime":[1]}',
        b'{"$datetime":["2026-01-01T00:00:00","Nowhere/AtAll"]}',
        b'{"$datetime":["2026-01-01T00:00:00","../../etc/passwd"]}',
        b'{"$datetime":["2026-01-01T00:00:00",[9,0,0]]}',
        b'{"$datetime":["2026-01-01T00:00:00",null,2]}',
        b'{"$datetime":["2026-01-01T00:00:00",null,1,1]}',
        b'{"$time":["25:00"]}',
        b'{"$timedelta":[1e300,0,0]}',
        b'{"$timedelta":["x"]}',
        b'{"$range":[0,1,0]}',
        b'{"$range":[1]}',
        b'{"$posixpath":[1.5]}',
        b'{"$tuple":[' * 250 + b"]}" * 250,
    ],
)
def test_damaged_data_is_told_from_a_value(data: bytes | str) -> None:
    with pytest.raises(CorruptData):
        exact.decode(data)


@pytest.mark.parametrize("key", ["Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu"])
def test_a_moment_in_a_zone_keeps_the_zone_by_name(key: str) -> None:
    moment = datetime.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo(key))

    kept = exact.decode(exact.encode(moment))

    assert kept.tzinfo is moment.tzinfo
    assert exact.encode(moment).decode().count(key) == 1


def test_the_digest_is_sha256() -> None:
    assert exact.digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
