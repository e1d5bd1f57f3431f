"""`GET runs` and `GET recovery-report`: the lifetimes, and why the last one ended."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from flask_openapi.blueprint import APIBlueprint

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Told
from jarvis_ctx.web.nouns import answers, noun

SETTLED = 5.0
"""Seconds for which a report, which may name thousands of tasks, is not looked at again."""


class Run(Told):
    """One lifetime of the orchestrator's process; `state` is live, ended (cleanly) or dead."""

    id: str
    epoch: int
    pid: int
    host: str
    started: str
    ended: str | None
    ending: str | None
    clean: bool
    cause: str | None
    sentence: str
    resume: str
    state: str
    chain: str
    told: dict[str, Any]


class Runs(Told):
    """The runs that the state keeps, oldest first."""

    items: list[Run]
    next: None


class Report(Told):
    """The latest recovery report, as `jarvis-ctx report --json` prints it; null when there was no recovery.

    `still_in_doubt` are those of its steps in doubt that nobody has asked about or begun again since.
    """

    report: dict[str, Any] | None
    still_in_doubt: list[dict[str, Any]]


def runs(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("runs", "When it ran, and how that ended.")

    @api.get("/runs", summary="The runs, oldest first.", responses=answers(Runs))
    def get_runs() -> Response:
        """The last hundred at most."""
        return given.give("runs", lambda insight: {"items": insight.run_lines(), "next": None})

    @api.get("/recovery-report", summary="Why it died, what is lost, what carries on.", responses=answers(Report))
    def get_recovery_report() -> Response:
        """Of the latest recovery."""
        return given.give("recovery-report", _report, settled=SETTLED)

    return api


def _report(insight: Insight) -> dict[str, Any]:
    found = insight.report()
    doubts = insight.still_in_doubt(found) if found is not None else []
    told = found.to_json() if found is not None else None
    return {"report": told, "still_in_doubt": [msgspec.structs.asdict(step) for step in doubts]}
