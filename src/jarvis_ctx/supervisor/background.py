"""A command that goes into the background ends well and goes on unwatched: whoever started it so is told."""

from __future__ import annotations

import time
from collections.abc import Callable

from jarvis_ctx.liveness import processes
from jarvis_ctx.recovery.wording import number

AFTERWARDS = 1.0
"""Seconds that what a command has started may take to end by itself after it, as helpers of `multiprocessing` do."""


def gone_on(
    left: Callable[[], list[int]], turn: Callable[[], object], hurried: Callable[[], bool], secret_names: str
) -> str:
    """A sentence, after a space, on who of those `left` behind goes on; nothing where all of them end.

    `turn` is called to let a moment pass, until everyone has had time to end, or we are `hurried`. `secret_names` is
    the store's setting.
    """
    until = time.monotonic() + AFTERWARDS
    while found := left():
        if hurried():
            return ""
        if time.monotonic() >= until:
            return _told(sorted(found), secret_names)
        turn()
    return ""


def _told(found: list[int], secret_names: str) -> str:
    program, more = processes.program(found[0], secret_names), len(found) - 1
    named = f"Process {found[0]}" + (f" ({program})" if program else "")
    others = f" and {number(more, 'other')}" if more else ""
    return (
        f" {named}{others}, left in the background, cannot be watched there and {'are' if more else 'is'} ended, too: "
        "start what is to be watched in the foreground."
    )
