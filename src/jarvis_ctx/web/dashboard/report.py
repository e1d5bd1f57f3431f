"""`/report`: the last recovery report in full."""

from __future__ import annotations

from flask import Blueprint

from jarvis_ctx.web.dashboard.overview import Nothing
from jarvis_ctx.web.dashboard.rendered import Rendered


def report(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/report", Nothing, lambda insight, _: {"report": insight.report()})
