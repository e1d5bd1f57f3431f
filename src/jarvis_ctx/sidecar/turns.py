"""A turn of the schedule: not in a run that was overtaken, whose calls say so already, nor after its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from jarvis_ctx.errors import Closed
from jarvis_ctx.journal.dying import never_wait
from jarvis_ctx.journal.writer import Writer


def while_ours(writer: Writer, work: Callable[[], object]) -> Callable[[], None]:
    """The job of the schedule that does `work`."""

    def job() -> None:
        never_wait()
        with suppress(Closed):  # The run has ended meanwhile.
            if not (writer.overtaken or writer.put_down):
                work()

    return job
