"""Ends what a command has left behind: its session, and what its descendants have become orphans of ours by."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Container

from jarvis_ctx.liveness import processes
from jarvis_ctx.liveness.supervised import MARK

LOOK = 0.02
"""Seconds between two looks for who is left."""


def end_all(
    session: int, grace: float, turn: Callable[[float], object], spared: Container[int] = (), mark: str = ""
) -> int:
    """End every process of the session, and every child of ours that is not `spared`; returns how many there were.

    With `mark`, those, too, that carry it in their environment: they have left the session and are no children of ours.
    SIGTERM first, and SIGKILL after `grace` seconds; `turn` is called to let that much time pass and reaps. One that
    belongs to another user, and that we may not end, is left to itself.
    """
    found, asked, refused = set[int](), set[int](), set[int]()
    until = time.monotonic() + grace
    while left := set(left_behind(session, spared, mark)) - refused:
        found |= left
        hard = time.monotonic() >= until
        refused |= {
            pid for pid in (left if hard else left - asked) if not _end(pid, signal.SIGKILL if hard else signal.SIGTERM)
        }
        asked |= left
        turn(LOOK)
    return len(found)


def left_behind(session: int, spared: Container[int] = (), mark: str = "") -> list[int]:
    """The living processes that `end_all` would end."""
    ours, carriers = processes.children(os.getpid()), processes.marked(MARK, mark) if mark else []
    return [pid for pid in {*processes.members(session), *ours, *carriers} if pid not in spared]


def _end(pid: int, number: int) -> bool:
    """Whether we may: what a command has started as another user only that one and root may end."""
    try:
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)  # One that is stopped would not hear SIGTERM.
    except ProcessLookupError:
        pass  # It was quicker.
    except PermissionError:
        return False
    return True
