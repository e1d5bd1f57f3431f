"""`GET /healthz` and `GET /readyz`: whether the server answers, and whether what it shows can be read."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Told
from jarvis_ctx.web.nouns import ALWAYS, SECURITY, problems


class Ready(Told):
    """That the store was read, and whether its orchestrator runs."""

    ready: bool
    state: str


def health(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = APIBlueprint("health", __name__, abp_tags=[Tag(name="health", description="For whoever keeps this running.")])

    @api.get(
        "/healthz", summary="The server answers; open, and without any data.", responses={204: None, **problems(429)}
    )
    def get_healthz() -> Response:
        """The one route that needs no token."""
        return Response(status=204)

    @api.get(
        "/readyz",
        summary="The store can be read.",
        responses={200: Ready, **problems(*ALWAYS)},
        security=SECURITY,
    )
    def get_readyz() -> Response:
        """Also ready while the orchestrator is dead: that is when one looks."""
        return given.give("readyz", lambda insight: {"ready": True, "state": insight.status(1)["state"]})

    return api
