"""What was said and decided, oldest first, each under its heading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from jarvis_ctx.cli.screen import facts, print_json, show, text
from jarvis_ctx.cli.values import plain
from jarvis_ctx.clock import iso
from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision, line
from jarvis_ctx.recovery.wording import day_time

E = TypeVar("E", Decision, AgentMessage, ConversationEntry)


def tell(
    found: Sequence[E],
    as_json: bool,
    nothing: str,
    heading: Callable[[E], str],
    said: Callable[[E], dict[str, Any]],
) -> None:
    """Print all that was `found`, as JSON or each with what it `said`; or the sentence that there is `nothing`."""
    if as_json:
        print_json([line(entry) for entry in found])
        return
    if not found:
        show(nothing)
    for entry in found:
        show(text(heading(entry), "bold").append(f"  {day_time(iso(entry.time))}", "dim"))
        show(facts((name, text(plain(value))) for name, value in said(entry).items()))


def content(entry: AgentMessage | ConversationEntry) -> dict[str, Any]:
    """What a message or a turn said."""
    return {"content": entry.content} | entry.details
