"""How much anybody may ask: requests a second, failed attempts, bytes, depth."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

BODY = 65_536
"""Bytes of a request's body."""
ENTRY_BODY = 1_024
"""The same, of a stranger's, which has a token or a link and nothing else."""
TARGET = 8_192
"""Bytes of path and query."""
DEPTH = 32
"""How deep arrays and objects of a body may stand in one another."""
REMEMBERED = 4_096
"""Callers that are counted at the same time; the longest silent is forgotten first."""


class Rate:
    """A bucket for each caller: `rate` a second, and up to `burst` at once. Safe in any thread; bounded in memory."""

    def __init__(self, rate: float, burst: float, steady: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._steady = rate, burst, steady
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """Take one out of the caller's bucket; seconds to wait when it is empty, 0 when it was not."""
        if self._rate <= 0:
            return 0.0
        with self._lock:
            left = self._left(caller)
            self._keep(caller, left - 1 if left >= 1 else left)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def _left(self, caller: str) -> float:
        left, since = self._buckets.get(caller, (self._burst, self._steady()))
        return min(self._burst, left + (self._steady() - since) * self._rate)

    def _keep(self, caller: str, left: float) -> None:
        self._buckets[caller] = left, self._steady()
        self._buckets.move_to_end(caller)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)


def depth(body: bytes) -> int:
    """How deep arrays and objects stand in one another in JSON text, well formed or not; in one pass."""
    deepest = level = 0
    quoted = escaped = False
    for byte in body:
        if quoted:
            quoted, escaped = escaped or byte != 0x22, not escaped and byte == 0x5C
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest
