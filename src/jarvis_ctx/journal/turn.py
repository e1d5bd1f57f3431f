"""A turn: several events at once, said of the state as it is, with nothing of this process between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jarvis_ctx.errors import Closed, JournalUnavailable
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.state import State

PATIENCE = 10.0
"""Seconds to wait for a call that is being appended."""

Told = tuple[str, str, dict[str, Any]]
"""Kind, subject and body; the body is plain JSON that nobody else holds."""


def append_at_once(writer: Writer, look: Callable[[State], list[Told]]) -> int:
    """Append what `look` answers to a picture of the state; captured calls wait meanwhile. The last one's number.

    Every task's row in the store is written anew. What `look` raises is raised, and nothing was appended; killed in
    between, only the first of them may have been.
    Raises as `Writer.append` does, and `JournalUnavailable` when a call has been writing for too long.
    """
    if not writer.hold(PATIENCE):
        reason = f"a call has been writing for more than {PATIENCE:g} s"
        raise JournalUnavailable(path=str(writer.supply.folder), reason=reason)
    try:
        if writer.overtaken:
            raise writer.fenced()
        if writer.put_down:
            raise Closed(orchestrator=writer.orchestrator)
        number = writer.write_all(look(writer.picture()))
        writer.dirty.update(writer.state.tasks, writer.state.steps)
    finally:
        writer.let_go()
    if writer.overtaken:
        raise writer.fenced()
    if writer.after_append is not None:
        writer.after_append(number)
    return number
