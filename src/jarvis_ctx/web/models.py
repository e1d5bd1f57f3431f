"""What requests and answers look like, for the door and for the OpenAPI document."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MOST_KINDS = 20
"""Kinds of events that may be asked for at once."""


class Asked(BaseModel):
    """Query or body of a request: what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _schemas: ClassVar[dict[type, dict[str, Any]]] = {}

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As pydantic's. The plain one, which is asked for at each request, is made once."""
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        if cls not in Asked._schemas:
            Asked._schemas[cls] = super().model_json_schema()
        return Asked._schemas[cls]


class Ordered(Asked):
    """Something that is to be done, by a live orchestrator where there is one."""

    timeout: float = Field(
        30.0, gt=0, le=3_600, strict=True, description="Seconds to wait for a live orchestrator in another process."
    )


class Told(BaseModel):
    """A part of an answer; keys are only ever added."""

    model_config = ConfigDict(extra="allow")


class Problem(Told):
    """RFC 9457: `type` is `about:blank` or names the problem for programs."""

    type: str
    title: str
    status: int
    detail: str | None = None
