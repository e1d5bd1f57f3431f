"""Breaks of those who look at a store and take backups of it while others write."""

from __future__ import annotations

from itertools import count

from jarvis_ctx.backup.taking import Taking
from jarvis_ctx.journal.gather import gather
from jarvis_ctx.model.event import Event
from jarvis_ctx.sidecar import views
from jarvis_ctx.sidecar.views import StoreView


def looks_into_the_database_alone() -> None:
    """A look leaves out what is in segments and archive."""
    views.gather = lambda folder, *given, **more: gather(folder / "nowhere", *given, **more)  # type: ignore[attr-defined]


def every_other_look_goes_back() -> None:
    """Every other look leaves out what was said last."""
    after, looks = StoreView.events_after, count()

    def forgetful(self: StoreView, position: dict[str, int]) -> list[Event]:
        events = sorted(after(self, position), key=lambda event: event.stamp)
        return events[: len(events) // 2] if next(looks) % 2 else events

    StoreView.events_after = forgetful  # type: ignore[method-assign]  # a break


def backups_of_the_archive_alone() -> None:
    """A backup leaves out the database and the segments."""
    Taking._segments = lambda self: []  # type: ignore[method-assign]  # a break
    Taking._copy_database = lambda self: None  # type: ignore[method-assign]  # a break
