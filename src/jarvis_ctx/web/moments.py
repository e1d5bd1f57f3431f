"""A time as a parameter: ISO 8601 with its zone, and nothing that merely could be read as one."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

from jarvis_ctx.clock import MICROSECONDS

DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _dated(said: Any) -> Any:
    """Seconds since 1970, which pydantic takes for a time, too, are none here."""
    if not (isinstance(said, str) and DATED.match(said)):
        raise ValueError("expected a time like 2026-11-21T09:30:00Z")
    return said


Moment = Annotated[AwareDatetime, BeforeValidator(_dated)]


def microseconds(time: datetime | None) -> int | None:
    """The time as everything here stores it."""
    return round(time.timestamp() * MICROSECONDS) if time is not None else None
