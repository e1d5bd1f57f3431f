"""`POST checkpoint`: keep the state now."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.model.ids import ID_LIMIT
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Ordered, Told
from jarvis_ctx.web.nouns import answers, noun, problems


class CheckpointAsked(Ordered):
    """What to call it."""

    label: str = Field(
        "",
        max_length=ID_LIMIT,
        pattern=r"^[^\x00]*$",
        description="With a label it is a recovery point, and never thinned away.",
    )


class Checkpoint(Told):
    """A checkpoint without its contents."""

    id: str
    orchestrator: str
    run: str
    epoch: int
    taken: str
    position: dict[str, int]
    stamp: list[int | str]
    hash: str
    size: int
    tasks: int
    agents: int
    label: str
    seal: str


def checkpoints(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("checkpoints", "The state kept.")

    @api.post(
        "/checkpoint",
        summary="Take a checkpoint now; a live orchestrator is asked for it.",
        responses=answers(Checkpoint, 201) | problems(409, 413, 415, 504),
    )
    def post_checkpoint(body: CheckpointAsked) -> Response:
        """Needs the scope `write`. Of a store that nobody runs it is taken by the server itself."""
        header = given.subject.checkpoint(body.label, body.timeout)
        given.forget()
        return Response(given.encoded(header.to_json()), status=201, content_type="application/json")

    return api
