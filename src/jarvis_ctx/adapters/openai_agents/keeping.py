"""One session's history in a run: added to, read, popped, replaced, cleared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jarvis_ctx.graphs.gone import BEGINNING, Spot
from jarvis_ctx.graphs.history import ADDED, CLEARED, REPLACED, items, subject_of, tail
from jarvis_ctx.sidecar import JarvisContextManager


class Keeping:
    """The items of one session. What is told is durable on return, as the store's `durability` has it.

    Writing raises as `JarvisContextManager`'s verbs, and `UnstorableValue`; reading raises `StoreUnavailable`.
    """

    def __init__(self, manager: JarvisContextManager, session: str) -> None:
        self._threads, self._subject = manager.threads, subject_of(session)

    def add(self, items: Sequence[Any]) -> None:
        """All of the items come to the end, or none."""
        if items:
            self._tell(ADDED, {"items": list(items)})

    def items(self, limit: int | None = None) -> list[Any]:
        """The last `limit` items, the oldest first."""
        return items(self._threads.source(self._subject), self._subject, limit)

    def tail(self, limit: int | None = None) -> list[tuple[Spot, Any]]:
        """The last `limit` items, the oldest first, each with where it stands."""
        return tail(self._threads.source(self._subject), self._subject, limit)

    def pop(self) -> Any | None:
        """Take the last item away; None where there is none. No two threads of this process take the same one."""
        with self._threads.turn():
            found = self.tail(1)
            if not found:
                return None
            spot, item = found[0]
            self._tell(REPLACED, {"items": [], "first": spot, "last": spot})
            return item

    def replace(self, expected: Sequence[Spot], items: Sequence[Any]) -> bool:
        """Put `items` in the place of those that stand at the end; False where others stand there by now."""
        with self._threads.turn():
            found = [spot for spot, _ in self.tail(len(expected))]
            if not found or found != list(expected):
                return False
            self._tell(REPLACED, {"items": list(items), "first": found[0], "last": found[-1]})
            return True

    def replace_all(self, items: Sequence[Any]) -> None:
        """Put `items` in the place of all."""
        with self._threads.turn():
            found = self.tail(1)
            if found:
                self._tell(REPLACED, {"items": list(items), "first": BEGINNING, "last": found[0][0]})
            else:
                self.add(items)

    def clear(self) -> None:
        """Let go of all items."""
        self._tell(CLEARED, {})

    def _tell(self, kind: str, body: dict[str, Any]) -> None:
        spots = {name: list(spot) for name, spot in body.items() if name != "items"}
        self._threads.append(kind, self._subject, self._subject, body | spots)
