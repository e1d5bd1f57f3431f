"""`GET timeline`, `decisions`, `messages`, `conversation`: the past, page by page, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.timeline import Wanted
from jarvis_ctx.model.event import Kind, Stamp
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import MOST_KINDS, Told
from jarvis_ctx.web.moments import Moment, microseconds
from jarvis_ctx.web.nouns import answers, noun, problems
from jarvis_ctx.web.pages import Paged, dealt

Past = Callable[[Insight, int, Stamp | None], tuple[list[dict[str, Any]], Stamp | None]]


class EventLine(Told):
    """An event; `body` has keys by kind."""

    time: str
    kind: str
    subject: str
    run: str
    writer: str
    number: int
    body: Any


class EventPage(Told):
    """Events, the newest first."""

    items: list[EventLine]
    next: str | None


class Spoken(Told):
    """A decision, a message or a turn; docs/cli.md names its keys under the command of that name."""

    time: str
    run: str
    details: Any


class SpokenPage(Told):
    """What was said, the newest first."""

    items: list[Spoken]
    next: str | None


class HistoryAsked(Paged):
    """Which page of what was said."""


class TimelineAsked(Paged):
    """Which events."""

    kind: list[Kind] = Field(
        [],
        max_length=MOST_KINDS,
        description="Only events of this kind; may be given again. docs/formats.md lists them.",
    )
    subject: str | None = Field(None, max_length=512, description="Only events about this subject.")
    since: Moment | None = Field(None, description="Only events from this time on.")


def history(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("history", "What happened, and what was said.")
    spoken: dict[str, Any] = {"responses": answers(SpokenPage) | problems(404)}

    @api.get(
        "/timeline", summary="Events of all kinds, the newest first.", responses=answers(EventPage) | problems(404)
    )
    def get_timeline(query: TimelineAsked) -> Response:
        """A page may be shorter than asked; `next` is null when there is nothing earlier."""
        wanted = Wanted(kinds=tuple(query.kind), subject=query.subject, since=microseconds(query.since))
        return _page(given, "timeline", query, lambda insight, limit, at: insight.timeline_page(wanted, limit, at))

    @api.get("/decisions", summary="Decisions with reasons and outcome, the newest first.", **spoken)
    def get_decisions(query: HistoryAsked) -> Response:
        """What was decided on a branch that a restore has left is not among them."""
        return _page(given, "decisions", query, _said("DecisionLogged"))

    @api.get("/messages", summary="Messages between agents, the newest first.", **spoken)
    def get_messages(query: HistoryAsked) -> Response:
        """As with decisions."""
        return _page(given, "messages", query, _said("MessageSent"))

    @api.get("/conversation", summary="Turns of the conversation, the newest first.", **spoken)
    def get_conversation(query: HistoryAsked) -> Response:
        """As with decisions."""
        return _page(given, "conversation", query, _said("MessageAdded"))

    return api


def _said(kind: str) -> Past:
    return lambda insight, limit, before: insight.said_page(kind, limit, before)


def _page(given: Answers, route: str, query: Paged, past: Past) -> Response:
    def make(insight: Insight) -> dict[str, Any]:
        return dealt(query, route, insight.name, tuple[int, str, int], partial(past, insight, query.limit))

    return given.give(f"{route} {query!r}", make)
