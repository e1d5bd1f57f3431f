"""How much is too much: rates, depth, names of hosts."""

from __future__ import annotations

import json

import pytest

from jarvis_ctx.web.hosts import is_loopback
from jarvis_ctx.web.limits import REMEMBERED, Rate, depth
from jarvis_ctx.web.problems import without_paths
from tests.fakes import FakeClock


def test_a_caller_waits_when_its_bucket_is_empty_and_no_other_does() -> None:
    clock = FakeClock()
    rate = Rate(10, 3, clock.steady)

    taken = [rate.take("a") for _ in range(4)]

    assert taken[:3] == [0, 0, 0]
    assert taken[3] == pytest.approx(0.1)
    assert rate.take("b") == 0


def test_a_bucket_fills_again_with_time() -> None:
    clock = FakeClock()
    rate = Rate(10, 1, clock.steady)
    rate.take("a")

    clock.advance(0.1)

    assert rate.take("a") == 0


def test_the_callers_that_are_remembered_are_bounded() -> None:
    rate = Rate(10, 1)

    for number in range(REMEMBERED + 10):
        rate.take(str(number))

    assert len(rate._buckets) == REMEMBERED


@pytest.mark.parametrize(
    ("value", "deep"), [(1, 0), ([], 1), ({"a": [{}]}, 3), (["[[[["], 1), ([{"\\": '"['}], 2), ([[]] * 5, 2)]
)
def test_the_depth_of_json_is_that_of_its_arrays_and_objects(value: object, deep: int) -> None:
    assert depth(json.dumps(value).encode()) == deep


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_a_loopback_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
def test_what_others_can_reach_is_no_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_paths_are_taken_out_of_sentences() -> None:
    said = "The database /srv/my app/a.db cannot be used: '/tmp/x/y' is at http://a.example/b/c and 1/2/3."

    assert "/srv" not in without_paths(said)
    assert "/tmp" not in without_paths(said)
    assert "http://a.example/b/c" in without_paths(said)
