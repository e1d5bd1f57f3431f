"""`GET /metrics`: what is measured as Prometheus text, or as JSON for whoever asks for that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Response, g, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.api.metrics import MEASURED
from jarvis_ctx.web.nouns import ALWAYS, SECURITY, problems

TEXT = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
GAUGES = {
    "context_storage_size": ("storage_bytes", "Bytes of all files of the store."),
    "jarvis_database_bytes": ("database_bytes", "Bytes of the database."),
    "jarvis_snapshots": ("snapshots", "Checkpoint files there are."),
    "jarvis_checkpoint_duration_seconds": ("last_checkpoint_seconds", "How long the newest checkpoint took."),
    "jarvis_drain_lag_events": ("drain_lag", "Events that are not in the database yet."),
    "jarvis_sync_lag_events": ("sync_lag", "Events that a power loss would take."),
    "jarvis_events_lost": ("events_lost", "Events that the latest recovery found gone."),
}
COUNTERS = {
    "context_operations": ("operations", "Events that the state stands for."),
    "jarvis_capture_errors": ("capture_errors", "Calls that could not be stored."),
    "jarvis_dedup_hits": ("dedup_hits", "Checkpoints that were not written again, as nothing had changed."),
    "jarvis_recoveries": ("recoveries", "Runs that followed a crash."),
    "jarvis_restarts": ("restarts", "Runs that followed another, by a crash or not."),
}
LABELLED = {
    "jarvis_tasks": ("tasks", "status", "Tasks by shown status."),
    "jarvis_agents": ("agents", "health", "Agents by health."),
}


class Measured(Collector):
    """What insight measures, asked at each scrape; what is not known is left out."""

    def __init__(self, given: Answers) -> None:
        self._given = given

    def describe(self) -> list[Metric]:
        """Nothing: whoever registers this must not ask the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics, each with the orchestrator's name."""
        with self._given.subject.asking() as insight:
            found = insight.metrics()
        name = found["orchestrator"]
        alive = GaugeMetricFamily("jarvis_up", "1 while the orchestrator runs.", labels=["orchestrator"])
        alive.add_metric([name], float(found["state"] == "live"))
        yield alive
        for family, table in ((GaugeMetricFamily, GAUGES), (CounterMetricFamily, COUNTERS)):
            for metric, (key, about) in table.items():
                if found[key] is not None:
                    made = family(metric, about, labels=["orchestrator"])
                    made.add_metric([name], found[key])
                    yield made
        for metric, (key, label, about) in LABELLED.items():
            counted = GaugeMetricFamily(metric, about, labels=["orchestrator", label])
            for value, count in found[key].items():
                counted.add_metric([name, value], count)
            yield counted
        times = self._given.subject.append_times
        if times is not None:
            appended = HistogramMetricFamily(
                "jarvis_append_seconds", "From a captured call's event to its acknowledgement."
            )
            appended.add_metric([], times.buckets(), times.total / MICROSECONDS)
            yield appended


def prometheus(given: Answers) -> APIBlueprint:
    """The blueprint; it also times every request."""
    api = APIBlueprint("prometheus", __name__, abp_tags=[Tag(name="metrics", description="What is measured.")])
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(given))
    spent = Histogram(
        "context_response_time", "Seconds until an answer.", ["route", "method", "status"], registry=registry
    )

    def timed(route: str, status: int, seconds: float) -> None:
        spent.labels(route, "GET", status).observe(seconds)

    given.timed = timed

    @api.before_app_request
    def begin() -> None:
        g.began = time.perf_counter()

    @api.after_app_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule is not None else "none"
        method = request.method if request.method in METHODS else "other"
        spent.labels(route, method, response.status_code).observe(time.perf_counter() - g.began)
        return response

    @api.get("/metrics", summary="The same as Prometheus text.", responses=_answers(), security=SECURITY)
    def get_prometheus() -> Response:
        """JSON for whoever accepts that rather than text."""
        if request.accept_mimetypes.best_match(["text/plain", "application/json"]) == "application/json":
            return given.give("metrics", Insight.metrics, settled=MEASURED)
        return Response(generate_latest(registry), content_type=TEXT)

    return api


def _answers() -> dict[int | str, Any]:
    text: dict[str, Any] = {"schema": {"type": "string"}}
    content = {"text/plain": text, "application/json": {"schema": {"$ref": "#/components/schemas/Metrics"}}}
    ok: dict[int | str, Any] = {200: {"description": "The metrics.", "content": content}}
    return ok | {304: {"description": "Unchanged, as JSON."}} | problems(*ALWAYS)
