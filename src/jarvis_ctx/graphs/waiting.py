"""Whether a thread waits for a person: its last checkpoint holds a question, and nothing came after it."""

from __future__ import annotations

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.standing import of_namespace

ASKED = "__interrupt__"
"""The channel that LangGraph writes what `interrupt` asks to; from within a subgraph, in the outermost graph too."""


def waits(source: Source, thread: str) -> bool:
    """As far as it can be read. Raises `StoreUnavailable`."""
    latest = next(of_namespace(source, thread, ""), None)
    try:
        return latest is not None and any(write.channel == ASKED for write in Reader(source).writes(latest))
    except CorruptData:
        return False
