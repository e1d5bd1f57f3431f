"""What one would write instead: a task's row and its event in one SQLite transaction a call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx.storage.sqlite.driver import sqlite
from tests.benchmarks.material import progress, task_id

_SCHEMA = """
CREATE TABLE tasks (
    task_id TEXT PRIMARY KEY, description TEXT, status TEXT, percentage REAL, completed_subtasks TEXT, blockers TEXT
);
CREATE TABLE events (number INTEGER PRIMARY KEY, task_id TEXT, payload TEXT);
"""
_UPSERT = """
INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET
    description = excluded.description, status = excluded.status, percentage = excluded.percentage,
    completed_subtasks = excluded.completed_subtasks, blockers = excluded.blockers
"""
_INSERT = "INSERT INTO events (task_id, payload) VALUES (?, ?)"

Values = tuple[tuple[Any, ...], tuple[Any, ...]]


def values(number: int) -> Values:
    """What one call binds: encoded beforehand, so that the transaction alone is measured."""
    told = progress(number)
    lists = [msgspec.json.encode(told.pop(name)).decode() for name in ("completed_subtasks", "blockers")]
    payload = msgspec.json.encode(progress(number)).decode()
    return (task_id(number), *told.values(), *lists), (task_id(number), payload)


class BareSqlite:
    """One connection in WAL mode with `synchronous=NORMAL`, the product's own SQLite, statements kept prepared."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def write(self, bound: Values) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute(_UPSERT, bound[0])
        execute(_INSERT, bound[1])
        execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
