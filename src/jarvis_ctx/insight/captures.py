"""Calls of a run that were not captured, as its own process or its events tell of them."""

from __future__ import annotations

from jarvis_ctx.insight.view import Pulse
from jarvis_ctx.model.run import RunRecord


def not_captured(pulse: Pulse, run: RunRecord | None) -> tuple[int, str]:
    """How many, and the last reason: what events tell of all its processes, or this one knows of itself."""
    told, reason = run.not_captured if run is not None else (0, "")
    return (pulse.capture_errors, pulse.last_capture_error) if pulse.capture_errors > told else (told, reason)
