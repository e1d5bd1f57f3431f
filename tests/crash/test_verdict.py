"""The judge sees each kind of wrong, in hand-made evidence."""

from __future__ import annotations

import pytest

from tests.crash.acknowledgements import Said
from tests.crash.readings import Found
from tests.crash.verdict import judge, judge_state

SAID = Said(started=frozenset({"1.0.0", "1.0.1", "1.1.5"}), acknowledged=frozenset({"1.0.0", "1.0.1"}))


def event(token: str, at: int, *, kind: str = "TaskProgressed", intact: bool = True) -> Found:
    return Found(token, kind, intact, (at, "w", at))


FIRST, SECOND = event("1.0.0", 1), event("1.0.1", 2, kind="DecisionLogged")


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ([FIRST, SECOND], {}),
        ([FIRST, SECOND, event("1.1.5", 3, kind="AttributeSet")], {}),
        ([FIRST], {"lost": ["1.0.1"]}),
        ([FIRST, SECOND, event("1.0.7", 3)], {"invented": ["1.0.7"]}),
        ([FIRST, SECOND, event("1.0.0", 3)], {"duplicated": ["1.0.0"], "out_of_order": ["1.0.0"]}),
        ([event("1.0.0", 1, intact=False), SECOND], {"changed": ["1.0.0"]}),
        ([event("1.0.0", 3), SECOND], {"out_of_order": ["1.0.0"]}),
    ],
)
def test_each_kind_of_wrong_among_events_is_seen(found: list[Found], wrong: dict[str, list[str]]) -> None:
    assert judge(SAID, found).wrong(threads=1) == wrong


def test_more_unacknowledged_calls_than_threads_are_too_many() -> None:
    said = Said(started=frozenset({"1.0.0", "1.1.0"}), acknowledged=frozenset())
    found = [event("1.0.0", 1), event("1.1.0", 2)]

    assert judge(said, found).wrong(threads=1) == {"extra": ["1.0.0", "1.1.0"]}
    assert judge(said, found).wrong(threads=2) == {}


@pytest.mark.parametrize(
    ("subjects", "wrong"),
    [
        ({"TaskProgressed-0-0": ("1.0.0", True)}, {}),
        ({"TaskProgressed-0-0": ("1.0.0", True), "AttributeSet-1-0": ("1.1.5", True)}, {}),
        ({}, {"outdated": ["1.0.0"]}),
        ({"TaskProgressed-0-0": ("1.0.0", False)}, {"changed": ["1.0.0"]}),
        ({"TaskProgressed-0-0": ("1.0.0", True), "AgentUpdated-0-0": ("1.0.9", True)}, {"invented": ["1.0.9"]}),
    ],
)
def test_each_kind_of_wrong_in_a_state_is_seen(
    subjects: dict[str, tuple[str, bool]], wrong: dict[str, list[str]]
) -> None:
    assert judge_state(SAID, subjects).wrong(threads=1) == wrong
