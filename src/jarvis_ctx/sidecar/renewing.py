"""Takes SIGTERM again after an event loop had it: the schedule notices, the main thread's next call does it."""

from __future__ import annotations

from collections.abc import Callable

from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.liveness.signals import EndOnSignal


def renewing(signals: EndOnSignal, writer: Writer, work: Callable[[], None]) -> Callable[[], None]:
    """The job of the schedule that does `work`, and looks after the signals. Only the main thread may take one."""
    after_segment = writer.after_segment

    def renew() -> None:
        signals.renew()
        after_segment()

    def job() -> None:
        if signals.lost:
            writer.turned = True
        work()

    writer.after_segment = renew
    return job
