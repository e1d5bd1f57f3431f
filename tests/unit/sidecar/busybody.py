"""A program that does everything with a store that lives, and says which files of the database its own code opened."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from jarvis_ctx.cli import main as command
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.unit.insight.dying import fill

READING = ("status", "tasks", "timeline", "runs", "points", "doctor", "verify", "cleanup --dry-run")
"""Commands that look at the store from within the very process that writes it."""
FILES = ("jarvis_context.db", "jarvis_context.db-wal", "jarvis_context.db-shm")
LIBRARIES = ("_sqlite3", "pysqlite3._sqlite3")


def main(store: Path) -> None:
    """Say what was opened by other code than SQLite's, and which SQLite libraries were loaded, as JSON."""
    opened: list[str] = []
    sys.addaudithook(lambda event, facts: opened.extend(_database(store, facts[0])) if event == "open" else None)
    with JarvisContextManager(store, segment_bytes=8192, drain_interval=0.01) as manager:
        fill(manager)
        manager.flush()
        for label in ("one", "two", "three"):
            manager.add_message("user", "long " * 5_000)
            manager.checkpoint(label)
        manager.archiving.turn()
        manager.restore("one")
        manager.cleanup()
        manager.backup(store.with_name("backup"))
        with closing(open_view(store)) as view:
            view.rebuilt()
        done = [CliRunner().invoke(command, [*name.split(), "--path", str(store)]) for name in READING]
        manager.update_task_progress("task-1", {"percentage": 60})
    loaded = [name for name in LIBRARIES if name in sys.modules]
    print(json.dumps({"opened": opened, "loaded": loaded, "exit_codes": [one.exit_code for one in done]}))


def _database(store: Path, opened: Any) -> list[str]:
    """The name of what was opened, if it is the database, its log or its index."""
    if isinstance(opened, int):
        return []
    folder, name = os.path.split(os.fsdecode(opened))
    return [name] if name in FILES and folder == str(store) else []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
