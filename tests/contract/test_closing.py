"""A closed store, on every engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jarvis_ctx.errors import StoreDamaged, StoreUnavailable
from tests.contract.conftest import Store
from tests.contract.records import WRITER, batch, event, lease, snapshot

CALLS: dict[str, Callable[[Store], object]] = {
    "write": lambda store: store.events.write(batch([event(1)])),
    "watermarks": lambda store: store.events.watermarks(),
    "epochs": lambda store: store.events.epochs(),
    "events": lambda store: list(store.events.events("jarvis", {})),
    "remove": lambda store: store.events.remove(WRITER, [1]),
    "sync": lambda store: store.events.sync(),
    "put": lambda store: store.checkpoints.put(snapshot("a")),
    "move": lambda store: store.checkpoints.move(snapshot("a").header),
    "headers": lambda store: store.checkpoints.headers("jarvis"),
    "get": lambda store: store.checkpoints.get("a"),
    "delete": lambda store: store.checkpoints.delete(["a"]),
    "beat": lambda store: store.leases.put("jarvis", [lease("a", 1)]),
    "leases": lambda store: store.leases.all("jarvis"),
    "orchestrators": lambda store: store.queries.orchestrators(),
    "entries": lambda store: store.queries.entries("jarvis", "DecisionLogged", 1),
    "scan": lambda store: store.graphs.scan("jarvis", "a", "b", 1),
    "fetch": lambda store: store.graphs.fetch([(WRITER, 1)]),
    "facts": lambda store: store.queries.facts(),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_store_refuses_every_call_by_the_same_error(store: Store, call: str) -> None:
    store.close()

    with pytest.raises(StoreUnavailable, match="it is closed") as refused:
        CALLS[call](store)

    assert not isinstance(refused.value, StoreDamaged)


def test_closing_twice_is_no_error(store: Store) -> None:
    store.events.write(batch([event(1)]))

    store.close()
    store.close()
