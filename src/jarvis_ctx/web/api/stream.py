"""`GET stream`: the events as they come, from any position, as server-sent events or over a WebSocket."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, ValidationError, field_validator

from jarvis_ctx.errors import did_you_mean
from jarvis_ctx.insight.timeline import KINDS
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.application import answering
from jarvis_ctx.web.bodies import invalid
from jarvis_ctx.web.live import events, socket
from jarvis_ctx.web.live.gone import gone
from jarvis_ctx.web.live.hub import Hub
from jarvis_ctx.web.live.reader import Reader, asked
from jarvis_ctx.web.models import Asked
from jarvis_ctx.web.nouns import noun, problems

RECHECK = 2.0
"""Seconds between two looks whether a stream's token still opens it."""


class StreamAsked(Asked):
    """From where, and which events."""

    after: str | None = Field(
        None, max_length=16_384, description="A position: the `id` of an event, or 0 for the beginning."
    )
    kind: list[str] = Field([], max_length=64, description="Only events of these kinds.")
    subject: str | None = Field(None, max_length=512, description="Only events about this task, agent, name.")

    @field_validator("kind")
    @classmethod
    def _known(cls, kinds: list[str]) -> list[str]:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of event{did_you_mean(kind, list(KINDS))}")
        return kinds


def stream(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api, hub = noun("stream", "What happens, as it happens."), Hub(given.subject, given.encoded)

    body: dict[int | str, Any] = {200: {"content": {events.MEDIA_TYPE: {"schema": {"type": "string"}}}}}

    def reader(query: StreamAsked) -> Reader:
        after = query.after if query.after is not None else request.headers.get("Last-Event-ID")
        chosen = asked(after, query.kind, query.subject)
        return Reader(hub, given.subject, chosen, given.encoded)

    @api.get(
        "/stream",
        summary="The events as they come, from any position.",
        responses=body | problems(404),
    )
    def get_stream(query: StreamAsked) -> Response:
        """Server-sent events, as docs/api.md describes them; upgraded to a WebSocket, the same as JSON texts."""
        return events.response(reader(query), _goes_on())

    @api.route("/stream", websocket=True)
    def get_socket() -> Response:
        try:
            query = StreamAsked(kind=request.args.getlist("kind"), **_single())
        except ValidationError as error:
            return invalid(error)
        return socket.serve(request.environ, reader(query), _goes_on(), answering().stopping.is_set)

    return api


def _single() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name != "kind"}


def _goes_on() -> Callable[[], bool]:
    """Whether the server still serves, somebody still reads, and the token still opens this stream."""
    app, environ = answering()._get_current_object(), request.environ  # type: ignore[attr-defined]
    due = time.monotonic() + RECHECK

    def goes_on() -> bool:
        nonlocal due
        if app.stopping.is_set() or gone(environ):
            return False
        if time.monotonic() < due:
            return True
        due = time.monotonic() + RECHECK
        return app.guard.who(environ) is not None

    return goes_on
