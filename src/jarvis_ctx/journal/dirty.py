"""The tasks that changed: since the drain last wrote their rows, and since the state was last taken whole."""

from __future__ import annotations

from itertools import islice


class Dirty(set[str]):
    """Names of tasks that changed; the pen adds them under its lock, which guards everything here."""

    def __init__(self) -> None:
        super().__init__()
        self._older: set[str] = set()
        """Changed before the state was last taken whole, and not written since."""
        self._taken: set[str] = set()
        """Changed after that, and written."""

    @property
    def unwritten(self) -> int:
        """How many rows in the store are older than the state, at the most."""
        return len(self) + len(self._older)

    def take(self, limit: int) -> set[str]:
        """Up to `limit` of those whose rows are to be written; whoever fails to do so adds them again."""
        older = set(islice(self._older, limit))
        newer = set(islice(self, limit - len(older)))
        self._older -= older
        self -= newer
        self._taken |= newer
        return older | newer

    def changed(self) -> set[str]:
        """All that changed since the state was last taken whole, and perhaps some that did before."""
        return self | self._taken

    def more_than(self, most: int) -> bool:
        """Whether more than `most` changed, told without looking at each; False does not say that fewer did."""
        return max(len(self), len(self._taken)) > most

    def taken_whole(self) -> None:
        """Count changes from here on."""
        self._older |= self
        self.clear()
        self._taken.clear()
