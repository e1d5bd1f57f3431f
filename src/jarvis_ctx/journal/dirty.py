"""The tasks that changed: since the drain last wrote their rows, and since the state was last taken whole."""

from __future__ import annotations

from itertools import islice


class Dirty(set[str]):
    """Names of tasks whose rows in the store are older than the state. Not thread-safe: the pen's lock guards it."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: set[str] = set()

    def take(self, limit: int) -> set[str]:
        """Up to `limit` of them, which are no longer among them."""
        taken = set(islice(self, limit))
        self -= taken
        self._taken |= taken
        return taken

    def changed(self) -> set[str]:
        """All that were added since `taken_whole`, and perhaps some that were there before."""
        return self | self._taken

    def taken_whole(self) -> None:
        """Count changes from here on."""
        self._taken.clear()
