"""A forked child that has said nothing yet: what its parent has written stays the parent's."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.storage.sqlite.driver import sqlite
from tests.unit.sidecar.test_healing import forked


@pytest.mark.parametrize("asked", [lambda manager: manager.flush(), lambda manager: manager.checkpoint("child's")])
def test_a_child_that_flushes_leaves_the_rows_as_its_parent_wrote_them_since_the_fork(
    tmp_path: Path, asked: Callable[[JarvisContextManager], object]
) -> None:
    written, tell = os.pipe()
    with JarvisContextManager(tmp_path / "store", handle_signals=False, drain_interval=3600) as manager:
        manager.flush()
        manager.update_task_progress("t", {"status": "in_progress"})
        child = forked(lambda: os.read(written, 1) and (asked(manager), manager.journal.sync()))
        manager.update_task_progress("t", {"status": "completed"})
        manager.flush()
        manager.journal.sync()
        synced = manager.journal.health().synced
        os.write(tell, b"!")
        ended = os.waitpid(child, 0)[1]

        [mark] = manager.journal.marks.writers()
        with closing(sqlite.connect(tmp_path / "store" / "jarvis_context.db")) as database:
            [status] = database.execute("SELECT status FROM task_progress WHERE task_id = 't'").fetchone()
    os.close(written), os.close(tell)

    assert (ended, status, mark.synced) == (0, "completed", synced)
