"""No captured value can change in store, stop the store or be run by it."""

from __future__ import annotations

import pytest

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import UnstorableValue
from tests.unit.codec.hostile import REFUSED, STORED
from tests.unit.codec.sameness import fingerprint


def test_there_are_two_hundred_hostile_values() -> None:
    assert len(STORED) + len(REFUSED) >= 200


@pytest.mark.parametrize("name", STORED)
def test_a_hostile_value_comes_back_as_it_was(name: str) -> None:
    value = STORED[name]

    kept = exact.decode(exact.encode(value))

    assert fingerprint(kept) == fingerprint(value)


@pytest.mark.parametrize("name", [name for name in STORED if not name.startswith("200 levels")])
def test_a_hostile_value_among_plain_ones_comes_back_as_it_was(name: str) -> None:
    value = {"first": "x", "value": STORED[name], "last": ["y"]}

    kept = exact.decode(exact.encode(value))

    assert fingerprint(kept) == fingerprint(value)


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cannot_be_kept_is_refused_and_none_of_its_code_runs(name: str) -> None:
    value = REFUSED[name]()

    with pytest.raises(UnstorableValue) as refused:
        exact.encode(value)

    assert str(refused.value).isascii()
    assert refused.value.facts["path"].startswith("$")


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cannot_be_kept_is_no_tree_either(name: str) -> None:
    value = REFUSED[name]()

    with pytest.raises(UnstorableValue):
        exact.to_tree(value)
