"""What comes back to a store in the middle of its own thread's call is refused at once, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jarvis_ctx.errors import StoreInUse
from jarvis_ctx.journal.ports import StoredEvent
from tests.contract.conftest import Store
from tests.contract.records import WRITER, batch, events


class Interrupted(list[StoredEvent]):
    """Rows whose reader is interrupted, as by a signal handler, each time it begins with them."""

    def __init__(self, rows: list[StoredEvent], handler: Callable[[], None]) -> None:
        super().__init__(rows)
        self._handler, self.refused = handler, 0

    def __iter__(self) -> Iterator[StoredEvent]:
        try:
            self._handler()
        except StoreInUse:
            self.refused += 1
        return super().__iter__()


def test_a_handler_in_the_middle_of_a_transaction_is_refused_and_harms_it_not(store: Store) -> None:
    rows = Interrupted(events(1, 3), lambda: store.events.write(batch(events(4, 5))))

    store.events.write(batch(rows))

    assert rows.refused > 0
    assert list(store.events.events("jarvis", {}))[:3] == list(rows)


def test_after_a_refusal_the_store_is_free_again(store: Store) -> None:
    store.events.write(batch(Interrupted(events(1, 3), lambda: store.events.write(batch(events(1, 3))))))

    store.events.write(batch(events(4, 5)))

    assert store.events.watermarks() == {WRITER: 5}
