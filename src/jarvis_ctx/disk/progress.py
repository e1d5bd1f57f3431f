"""How far something that takes long has come, for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], object]
"""Told how much is done, and of how much."""

Tell = Callable[[int], object]
"""Told how many more bytes are done."""


def unwatched(*sizes: int) -> None:
    """Progress that nobody looks at."""


def counted(total: int, progress: Progress) -> Tell:
    """Tells `progress` the sum of what it is told, and never more than `total`."""
    done = 0

    def tell(size: int) -> None:
        nonlocal done
        done = min(done + size, total)
        progress(done, total)

    return tell
