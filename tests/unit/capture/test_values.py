"""What is kept of a person's values."""

from __future__ import annotations

import threading
from enum import Enum
from typing import Any

import pytest

from jarvis_ctx.capture.values import Keeping, as_id, not_stored, part, plain


class Colour(Enum):
    RED = "red"
    MIXED = ("red", "blue")


class Thing:
    def __init__(self, id: str) -> None:
        self.id = id


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "openai_api_key", "apiKey", "auth_token", "Authorization", "client_secret", "private_key"],
)
def test_what_looks_like_a_secret_is_left_out(name: str) -> None:
    keeping = Keeping()

    assert keeping.leaves_out(name)


@pytest.mark.parametrize("name", ["max_tokens", "token_count", "key", "author", "passwords_checked", "task"])
def test_what_only_sounds_like_one_is_kept(name: str) -> None:
    keeping = Keeping()

    assert not keeping.leaves_out(name)


def test_secrets_and_excluded_names_are_left_out_however_deep_they_lie() -> None:
    keeping = Keeping(["dsn"])

    kept = keeping.named({"a": {"password": 1, "b": [{"token": 2, "c": 3}]}, "dsn": "x", "n": 1})

    assert kept == {"a": {"b": [{"c": 3}]}, "n": 1}


def test_the_original_of_what_is_kept_is_not_changed() -> None:
    given = {"password": 1, "list": [1]}

    kept = Keeping().value(given)
    kept["list"].append(2)

    assert given == {"password": 1, "list": [1]}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ((1, {2}), (1, {2})),
        ("\ud800", "\ud800"),
        (threading.Lock(), {"not_stored": "lock"}),
        (Thing("t1"), {"not_stored": "Thing", "id": "t1"}),
        ("x" * 5000, {"not_stored": "str"}),
        ({"good": 1, "bad": Thing("t2")}, {"good": 1, "bad": {"not_stored": "Thing", "id": "t2"}}),
        ({"many": ["x" * 5000], "good": 1}, {"many": {"not_stored": "list"}, "good": 1}),
    ],
)
def test_what_cannot_be_stored_or_is_too_large_is_named_by_its_type(value: Any, kept: Any) -> None:
    keeping = Keeping(limit=4096)

    assert keeping.value(value) == kept


def test_a_result_is_kept_whole_or_not_at_all() -> None:
    keeping = Keeping(limit=4096)

    assert keeping.result({"password": "x" * 5000}) == {"password": "x" * 5000}
    assert keeping.result(Thing("t1")) == not_stored(Thing("t1"))


def test_an_enum_stands_for_its_value_where_that_is_plain() -> None:
    found = [plain(Colour.RED), plain(Colour.MIXED), plain(3), as_id(Colour.RED), as_id(Colour.MIXED)]

    assert found == ["red", "MIXED", 3, "red", None]


def test_the_first_part_that_is_there_and_not_none_is_found() -> None:
    found = part({"a": None, "b": 0, "c": 1}, "a", "b", "c")

    assert found == 0
