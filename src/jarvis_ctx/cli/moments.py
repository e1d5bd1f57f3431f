"""A moment as it is said on the command line: `90s`, `10m`, `2h`, `3d` ago, or an ISO 8601 time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import click

from jarvis_ctx.clock import MICROSECONDS, SystemClock

AGO = re.compile(r"^(?P<count>\d{1,9})\s*(?P<unit>s|m|min|h|d)$")
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}


def moment(ctx: click.Context, param: click.Parameter, said: str | None) -> int | None:
    """Microseconds since 1970, for an option's callback; a time without a zone is UTC, as all that are shown."""
    if said is None:
        return None
    if ago := AGO.match(said):
        return SystemClock().wall() - int(ago["count"]) * SECONDS[ago["unit"]] * MICROSECONDS
    try:
        found = datetime.fromisoformat(said)
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * MICROSECONDS)
    except (ValueError, OverflowError, OSError) as error:
        problem = f"{said!r} is neither like 90s, 10m, 2h or 3d nor a time like 2026-11-21T09:30"
        raise click.BadParameter(problem, ctx, param) from error
