"""The end of a run: the database has what the run's workers have said, too."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.storage.sqlite.driver import sqlite


def test_a_run_that_ends_leaves_nothing_of_its_workers_undrained(tmp_path: Path) -> None:
    manager = JarvisContextManager(tmp_path / "store", handle_signals=False, drain_interval=3600)
    manager.flush()
    for number in range(3):
        child = os.fork()
        if child == 0:
            try:
                manager.update_task_progress(f"t{number}", {"status": "started"})
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    manager.close()

    statement = "SELECT subject FROM events WHERE kind = 'TaskProgressed' ORDER BY subject"
    with closing(sqlite.connect(tmp_path / "store" / "jarvis_context.db")) as database:
        assert [subject for (subject,) in database.execute(statement)] == ["t0", "t1", "t2"]
