"""`/messages`: what agents said to one another, drawn as a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.dashboard import sequence
from jarvis_ctx.web.dashboard.decisions import SaidShown, said
from jarvis_ctx.web.dashboard.rendered import Rendered


class MessagesShown(SaidShown):
    """Which page."""

    limit: int = Field(40, ge=1, le=200)


def messages(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/messages", MessagesShown, _messages)


def _messages(insight: Insight, asked: MessagesShown) -> Mapping[str, Any]:
    page = said(insight, asked, "MessageSent")
    return {"page": page, "drawn": sequence.laid_out(page["items"][::-1])}
