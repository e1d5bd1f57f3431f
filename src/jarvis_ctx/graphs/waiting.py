"""Whether a thread waits for a person: its last checkpoint holds a question, and nothing came after it."""

from __future__ import annotations

from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.standing import of_namespace

ASKED = "__interrupt__"
"""The channel that LangGraph writes what `interrupt` asks to; from within a subgraph, in the outermost graph too."""


def waits(source: Source, thread: str) -> bool:
    """Raises `CorruptData` when what was written after its last checkpoint cannot be read, and `StoreUnavailable`."""
    latest = next(of_namespace(source, thread, ""), None)
    return latest is not None and any(write.channel == ASKED for write in Reader(source).writes(latest))
