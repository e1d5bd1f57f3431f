"""The sentence that says how a command's memory has grown of late; pure."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.recovery.wording import size, span

WINDOW = 600 * MICROSECONDS
"""How far back is looked."""
FACTOR, LEAST = 1.5, 50_000_000
"""What counts as growth: so many times as much, and so many bytes more."""
LEVEL = 0.95
"""What had reached this part of the last value well before the end had grown up, as a program does that begins."""


def growth(measured: Iterable[tuple[int, int]]) -> str:
    """Of (time in µs, bytes of memory), oldest first: how it grew to the last, or nothing where it did not."""
    all_of = list(measured)
    if not all_of:
        return ""
    last, now = all_of[-1]
    recent = [(rss, time) for time, rss in all_of if time >= last - WINDOW]
    least = min(rss for rss, _ in recent)
    since = max(time for rss, time in recent if rss <= least * 1.05)
    late = [rss for rss, time in recent if time <= last - (last - since) / 4]
    if now < least * FACTOR or now - least < LEAST or (late and late[-1] > now * LEVEL):
        return ""
    return f"RSS grew from {size(least)} to {size(now)} in the last {span((last - since) / MICROSECONDS)}."
