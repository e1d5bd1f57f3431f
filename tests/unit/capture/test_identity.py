"""The digest's promise: equal arguments of a call have one digest in any run, others another."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.capture.identity import arguments_digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(VALUES, max_size=3), st.lists(VALUES, max_size=3))
def test_digests_are_equal_exactly_where_arguments_are(one: list[Any], other: list[Any]) -> None:
    same = repr(one) == repr(other)

    assert (arguments_digest(tuple(one), {}) == arguments_digest(tuple(other), {})) is same


def test_the_order_of_keywords_does_not_matter_and_their_names_do() -> None:
    assert arguments_digest((), {"a": 1, "b": 2}) == arguments_digest((), {"b": 2, "a": 1})
    assert arguments_digest((), {"a": 1}) != arguments_digest((), {"b": 1})
    assert arguments_digest((), {"a": 1}) != arguments_digest((1,), {})


def test_a_set_has_one_digest_in_every_process() -> None:
    script = "from jarvis_ctx.capture.identity import *; print(arguments_digest(({'a', 'b', 'c', 'd'},), {}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert len(seen) == 1


@pytest.mark.parametrize("value", [object(), lambda: 1, [object()]])
def test_what_cannot_be_stored_counts_by_its_type(value: Any) -> None:
    assert arguments_digest((value,), {}) == arguments_digest((value,), {})
    assert arguments_digest((object(),), {}) == arguments_digest((object(),), {})


def test_two_values_are_not_one_long_one() -> None:
    assert arguments_digest(("a", "b"), {}) != arguments_digest(('a"\x1f"b',), {})
    assert arguments_digest(("ab",), {}) != arguments_digest(("a", "b"), {})
