"""The `Queries` port, on every engine."""

from __future__ import annotations

from tests.contract.conftest import Store
from tests.contract.records import OTHER, START, WRITER, batch, event, events, lease, opening, snapshot

DECISIONS = [event(number, kind="DecisionLogged", decision=number) for number in (2, 4, 6, 8)]


def _fill(store: Store) -> None:
    store.events.write(batch(sorted([*DECISIONS, *(event(number) for number in (1, 3, 5, 7))], key=lambda e: e.number)))


def test_the_latest_entries_of_a_kind_come_oldest_first(store: Store) -> None:
    _fill(store)

    found = store.queries.entries("jarvis", "DecisionLogged", 3)

    assert found == DECISIONS[1:]


def test_pages_follow_one_another_by_time(store: Store) -> None:
    _fill(store)
    last = store.queries.entries("jarvis", "DecisionLogged", 2)

    before = store.queries.entries("jarvis", "DecisionLogged", 2, before=START + last[0].number)

    assert before == DECISIONS[:2]
    assert store.queries.entries("jarvis", "DecisionLogged", 2, before=START + 2) == []


def test_entries_of_one_moment_are_ordered_by_writer_and_number(store: Store) -> None:
    rows = [event(number, writer, kind="MessageSent", time=START) for writer in (WRITER, OTHER) for number in (1, 2)]

    store.events.write(batch(rows, opening(), opening(OTHER)))

    assert store.queries.entries("jarvis", "MessageSent", 9) == rows
    assert store.queries.entries("jarvis", "MessageSent", 3) == rows[1:]


def test_a_limit_of_nought_or_less_gives_nothing(store: Store) -> None:
    _fill(store)

    found = [store.queries.entries("jarvis", "DecisionLogged", limit) for limit in (0, -1)]

    assert found == [[], []]


def test_entries_of_others_and_of_other_kinds_stay_out(store: Store) -> None:
    _fill(store)
    store.events.write(batch([event(1, OTHER, kind="DecisionLogged")], opening(OTHER, orchestrator="reviewer")))

    found = store.queries.entries("jarvis", "DecisionLogged", 99)

    assert found == DECISIONS
    assert store.queries.entries("jarvis", "Decision%", 99) == []


def test_entries_about_one_subject_are_found_among_the_others(store: Store) -> None:
    rows = [event(number) for number in range(1, 10)]
    store.events.write(batch(rows))

    found = store.queries.entries("jarvis", "TaskProgressed", 2, subject="subject-1")

    assert found == [rows[3], rows[6]]
    assert store.queries.entries("jarvis", "TaskProgressed", 9, subject="subject-") == []


def test_every_orchestrator_that_left_something_is_named(store: Store) -> None:
    store.events.write(batch([event(1)]))
    store.leases.put("crew", [lease("a", 1)])
    store.checkpoints.put(snapshot("a", orchestrator="archive"))

    found = store.queries.orchestrators()

    assert found == ["archive", "crew", "jarvis"]


def test_facts_count_what_is_there(store: Store) -> None:
    before = store.queries.facts()
    store.events.write(batch(events(1, 5)))
    store.checkpoints.put(snapshot("a"))

    facts = store.queries.facts()

    assert (before["events"], before["snapshots"]) == (0, 0)
    assert (facts["events"], facts["snapshots"]) == (5, 1)
    assert {"engine", "version", "bytes", "path"} <= facts.keys()
    assert isinstance(facts["bytes"], int)
