"""`GET doctor`, `verify` and `recovery-forecast`: whether the store is well, and what a start would do with it."""

from __future__ import annotations

import os
from typing import Any, Literal

import msgspec
from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Asked, Told
from jarvis_ctx.web.nouns import answers, noun, problems

SETTLED = 5.0
"""Seconds for which an answer for which everything was read is given again."""


class FindingLine(Told):
    """What a check found, and what to do about it; `level` is ok, warning or problem."""

    check: str
    level: str
    sentence: str
    remedy: str


class Checkup(Told):
    """Every check's findings, the worst first."""

    findings: list[FindingLine]


class Verified(Told):
    """As `jarvis-ctx verify --json` prints it."""

    file: str
    verified: str
    count: int
    findings: list[FindingLine]


class ForecastAsked(Asked):
    """From which base."""

    base: Literal["database", "json", "point"] | None = Field(
        None, description="The base to recover from; without it, the one that a start would take."
    )
    point: str = Field("", max_length=512, description="Which recovery point, with `base=point`.")


class ForecastTold(Told):
    """As `jarvis-ctx recover --dry-run --json` prints it."""

    sentence: str
    recovers: bool
    pid: int | None
    replays_results: bool
    runs_alone: list[str]
    appends: list[dict[str, Any]]
    report: dict[str, Any] | None


def checks(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("checks", "Whether it is well, and what a start would do.")

    @api.get(
        "/doctor", summary="Every check of the store's health, the worst findings first.", responses=answers(Checkup)
    )
    def get_doctor() -> Response:
        """Reads every file, at most every five seconds. The variables are those of the server's process."""
        return given.give(
            "doctor",
            lambda insight: {"findings": list(map(msgspec.structs.asdict, insight.doctor(os.environ)))},
            settled=SETTLED,
            whole=True,
        )

    @api.get("/verify", summary="Whether everything is as it was written.", responses=answers(Verified))
    def get_verify() -> Response:
        """Every digest of segments, archive and side files, and of this orchestrator's events and checkpoints."""
        return given.give("verify", lambda insight: msgspec.to_builtins(insight.verify()), settled=SETTLED, whole=True)

    @api.get(
        "/recovery-forecast",
        summary="What a start would find and do now.",
        responses=answers(ForecastTold) | problems(404),
    )
    def get_recovery_forecast(query: ForecastAsked) -> Response:
        """Nothing is written. A start decides by its own settings."""
        return given.give(
            f"forecast {query!r}",
            lambda insight: insight.forecast(given.subject.settings, query.base, query.point),
            settled=SETTLED,
            whole=True,
        )

    return api
