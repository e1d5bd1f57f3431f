"""The C library's memory of a process with many threads."""

from __future__ import annotations

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
"""As in glibc's malloc.h."""


def share_one_arena() -> None:
    """Let all threads that begin from now on share one arena of glibc's `malloc` (mallopt(3)).

    By default up to eight arenas a processor come into being, and each keeps what its busiest thread once needed: some
    7 MiB here. Threads of Python, which run one at a time, hardly wait for each other in one. Elsewhere this does
    nothing.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
