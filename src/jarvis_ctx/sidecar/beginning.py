"""Begins a run in an opened store, or takes part in one; what stops the beginning leaves nothing open behind it."""

from __future__ import annotations

from contextlib import ExitStack

from jarvis_ctx.clock import Clock
from jarvis_ctx.recovery.begin import Begun, begin
from jarvis_ctx.recovery.join import join
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.logs import LogFile
from jarvis_ctx.sidecar.opening import OpenStore, reached


def opened_and_begun(settings: Settings, clock: Clock, *, joining: bool) -> tuple[OpenStore, LogFile, Begun]:
    """The open store, its log file, and the run that has begun in it; `joining`, the live one of another process.

    Raises what `OpenStore` and `join` raise, and `JournalUnavailable` for whatever else the file system refuses.
    """
    with ExitStack() as undo, reached(settings.folder):
        opened = OpenStore(settings, clock, joining=joining)
        undo.callback(opened.close)
        log = LogFile(settings)
        undo.callback(log.close)
        begun = (join if joining else begin)(opened.ground)
        undo.pop_all()
    return opened, log, begun
