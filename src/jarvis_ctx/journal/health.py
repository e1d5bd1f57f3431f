"""How the journal is: what it has done, and how far behind its background is."""

from __future__ import annotations

import msgspec


class JournalHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How far the background is behind, and what is wrong with it."""

    appended: int
    synced: int
    drained: int
    drain_error: str
    sync_error: str
    unread: list[str]
    """What was written to the journal and cannot be read, a sentence each."""
    backlog_waits: int
    backlog_seconds: float
