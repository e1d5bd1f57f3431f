"""What all blueprints of the API have in common: the prefix, the problems they may answer with, the need of a token."""

from __future__ import annotations

from typing import Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from jarvis_ctx.web.models import Problem, Told
from jarvis_ctx.web.problems import MEDIA_TYPE
from jarvis_ctx.web.scopes import PREFIX

MEANS = {
    400: "The request is not well formed.",
    401: "No valid token came with it.",
    403: "The token's scope is too low, or the request comes from a foreign page.",
    404: "There is nothing of that name.",
    409: "The orchestrator is not in a state in which this can be done.",
    413: "The body is too large.",
    414: "Path and query are too long.",
    415: "The body is not application/json.",
    422: "A parameter or field is unknown, or its value is not acceptable.",
    429: "Too many requests; Retry-After says when to come again.",
    503: "The store cannot be read or written at the moment.",
    504: "The live orchestrator did not answer in time; it may still do it.",
}
ALWAYS = (400, 401, 403, 414, 422, 429, 503)
SECURITY: list[dict[str, list[str]]] = [{"token": []}]


def noun(name: str, about: str) -> APIBlueprint:
    """An empty blueprint below the API's prefix; `about` is its heading's sentence in the document."""
    return APIBlueprint(
        name,
        __name__,
        url_prefix=PREFIX,
        abp_tags=[Tag(name=name, description=about)],
        abp_security=SECURITY,
        abp_responses=problems(*ALWAYS),
    )


def problems(*statuses: int) -> dict[int | str, Any]:
    """Entries for `responses=` of a route that may end so."""
    schema = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    return {status: {"description": MEANS[status], "content": {MEDIA_TYPE: dict(schema)}} for status in statuses}


def answers(model: type[Told], status: int = 200) -> dict[int | str, Any]:
    """Entries for `responses=` of a route that answers with `model`; a read, with 304 to whoever has that already."""
    found: dict[int | str, Any] = {status: model}
    if status == 200:
        found[304] = {"description": "Unchanged since the answer with that ETag."}
    return found
