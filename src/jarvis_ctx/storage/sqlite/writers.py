"""The ids under which rows name their writers."""

from __future__ import annotations

from collections.abc import Collection

from jarvis_ctx.storage.sqlite import documents
from jarvis_ctx.storage.sqlite.driver import sqlite

_IDS = "SELECT writer, id FROM writers WHERE writer IN (SELECT value FROM json_each(?))"


def ids_of(connection: sqlite.Connection, writers: Collection[str]) -> dict[str, int]:
    """By writer; those that are not there are left out."""
    return dict(connection.execute(_IDS, (documents.document(list(writers)),)))
