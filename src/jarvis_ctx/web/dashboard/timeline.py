"""`/timeline`: the runs on a line with what ended them, and every event, in the window that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.clock import SystemClock, iso
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.timeline import KINDS, Wanted
from jarvis_ctx.model.event import Kind
from jarvis_ctx.web.dashboard import axis
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.moments import Moment, microseconds
from jarvis_ctx.web.pages import Paged, dealt

MARKS: tuple[Kind, ...] = ("RunStarted", "RunDied", "RunRecovered", "RunEnded", "RecoveryPointMarked", "MomentRestored")
"""Kinds that are marked on the line."""
MARKED = 200


class TimelineShown(Paged):
    """Which window, and which events in it."""

    limit: int = Field(50, ge=1, le=200)
    since: Moment | None = None
    until: Moment | None = None
    kind: Kind | None = None
    subject: str | None = Field(None, max_length=512)


def timeline(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/timeline", TimelineShown, _timeline)


def _timeline(insight: Insight, asked: TimelineShown) -> Mapping[str, Any]:
    since, until = microseconds(asked.since), microseconds(asked.until)
    latest = (until, "", 0) if until is not None else None
    wanted = Wanted(kinds=(asked.kind,) if asked.kind else (), subject=asked.subject, since=since)
    ask = partial(insight.timeline_page, wanted, asked.limit)
    marks, _ = insight.timeline_page(Wanted(kinds=MARKS, since=since), MARKED, latest)
    return {
        "page": dealt(asked, "timeline", insight.name, tuple[int, str, int], ask, latest),
        "kinds": KINDS,
        "axis": axis.drawn(
            insight.run_lines(), marks, _text(asked.since), _text(asked.until), iso(SystemClock().wall())
        ),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
