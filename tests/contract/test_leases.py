"""The `LeaseStore` port, on every engine."""

from __future__ import annotations

from tests.contract.conftest import Store
from tests.contract.records import lease


def test_leases_come_back_by_agent(store: Store) -> None:
    kept = [lease("b", 5, load=0.5), lease("a", 7, note="ü", inner={"x": [1, None]})]

    store.leases.put("jarvis", kept)

    assert store.leases.all("jarvis") == [kept[1], kept[0]]


def test_a_newer_beat_wins_whatever_the_order(store: Store) -> None:
    store.leases.put("jarvis", [lease("a", 5, n=1), lease("b", 5, n=1)])

    store.leases.put("jarvis", [lease("a", 6, n=2), lease("b", 4, n=2)])

    assert store.leases.all("jarvis") == [lease("a", 6, n=2), lease("b", 5, n=1)]


def test_the_newest_of_one_agents_beats_in_one_call_stays(store: Store) -> None:
    beats = [lease("a", 3), lease("a", 9), lease("a", 4)]

    store.leases.put("jarvis", beats)

    assert store.leases.all("jarvis") == [lease("a", 9)]


def test_equal_names_of_two_orchestrators_are_two_agents(store: Store) -> None:
    store.leases.put("jarvis", [lease("a", 3)])

    store.leases.put("reviewer", [lease("a", 1)])

    assert store.leases.all("jarvis") == [lease("a", 3)]
    assert store.leases.all("reviewer") == [lease("a", 1)]


def test_no_leases_are_no_error(store: Store) -> None:
    store.leases.put("jarvis", [])

    found = store.leases.all("jarvis")

    assert found == []
