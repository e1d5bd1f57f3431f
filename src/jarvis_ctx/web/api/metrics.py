"""`GET metrics`: what is measured, as JSON."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Told
from jarvis_ctx.web.nouns import answers, noun

MEASURED = 2.0
"""Seconds for which the files are not looked at again."""


class Metrics(Told):
    """Bytes, seconds and counts; null is not known."""

    orchestrator: str
    state: str
    operations: int
    snapshots: int
    checkpoints_taken: int | None
    dedup_hits: int | None
    last_checkpoint: str | None
    last_checkpoint_bytes: int | None
    last_checkpoint_seconds: float | None
    storage_bytes: int
    database_bytes: int | None
    growth_bytes_a_day: int | None
    drain_lag: int | None
    sync_lag: int | None
    capture_errors: int
    events_lost: int
    runs: int
    recoveries: int
    restarts: int
    tasks: dict[str, int]
    agents: dict[str, int]


def metrics(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("metrics", "What is measured.")

    @api.get("/metrics", summary="Sizes, growth, lag, losses and counts.", responses=answers(Metrics))
    def get_metrics() -> Response:
        """The same as Prometheus text is at `/metrics`."""
        return given.give("metrics", Insight.metrics, settled=MEASURED)

    return api
