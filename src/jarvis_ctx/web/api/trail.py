"""`GET export`: the audit trail as a file, sent while it is made."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.insight.timeline import Wanted
from jarvis_ctx.insight.trail import Form, Terms
from jarvis_ctx.model.event import Kind
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import MOST_KINDS, Asked
from jarvis_ctx.web.moments import Moment, microseconds
from jarvis_ctx.web.nouns import noun

CHUNK = 65_536
"""Characters that are sent together."""
MEDIA_TYPES: dict[Form, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv"}


class ExportAsked(Asked):
    """Which events, in which form."""

    form: Form = Field("jsonl", description="JSON, an object to a line; or CSV.")
    kind: list[Kind] = Field([], max_length=MOST_KINDS, description="Only events of this kind; may be given again.")
    since: Moment | None = Field(None, description="Only events from this time on.")


def trail(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("trail", "What happened, to be kept and proved.")
    body: dict[int | str, Any] = {
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()}}
    }

    @api.get("/export", summary="The audit trail: every event in order, chained by digests.", responses=body)
    def get_export(query: ExportAsked) -> Response:
        """Sent while it is made: whole when its last line is the trailer."""
        lines = _lines(given, query)
        first = next(lines)  # What cannot be made at all is a problem, not a body that breaks off.
        answer = Response(_chunks(first, lines), content_type=f"{MEDIA_TYPES[query.form]}; charset=utf-8")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Disposition"] = f'attachment; filename="audit-trail.{query.form}"'
        answer.call_on_close(lines.close)
        return answer

    return api


def _lines(given: Answers, query: ExportAsked) -> Generator[str, None, None]:
    wanted = Wanted(kinds=tuple(query.kind), since=microseconds(query.since))
    with given.readers, given.subject.apart() as insight:
        yield from insight.trail(query.form, wanted, Terms(hide=given.hidden, breathe=given.subject.breathe()))


def _chunks(first: str, lines: Iterator[str]) -> Iterator[bytes]:
    chunk = f"{first}\n"
    for line in lines:
        chunk += f"{line}\n"
        if len(chunk) >= CHUNK:
            yield chunk.encode()
            chunk = ""
    if chunk:
        yield chunk.encode()
