"""Stores for the tests of those who use us: alone, quiet, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx import JarvisContextManager, context_of, integrate_context_manager
from jarvis_ctx.errors import BadSetting, UnknownSetting
from jarvis_ctx.testing import temporary_sidecar, temporary_store


@integrate_context_manager
class Worker:
    def assign_task(self, task_id: str) -> str:
        return task_id


def test_what_is_attached_within_keeps_its_context_in_the_temporary_store() -> None:
    with temporary_store() as folder:
        worker = Worker()
        worker.assign_task("a")
        manager = context_of(worker)
        assert manager is not None
        kept = (manager.settings.folder, [task["id"] for task in manager.tasks()])

    assert kept == (folder, ["a"])
    assert manager.closed
    assert not folder.exists()


def test_each_store_begins_empty() -> None:
    counts = []

    for _ in range(2):
        with temporary_sidecar() as manager:
            Worker().assign_task("a")
            counts.append((len(manager.tasks()), manager.recovery_report))

    assert counts == [(1, None), (1, None)]


def test_settings_are_defaults_within_and_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_STALE_AFTER", "77")

    with temporary_sidecar(stale_after=5, resume="skip", name="crew") as manager:
        told = (manager.settings.stale_after, manager.settings.resume, manager.settings.name)
        quiet = (manager.settings.store, manager.settings.handle_signals)

    assert told == (5, "skip", "crew")
    assert quiet == ("memory", False)
    assert {name: value for name, value in os.environ.items() if name.startswith("JARVIS_")} == {
        "JARVIS_STALE_AFTER": "77"
    }


def test_a_folder_that_is_named_stays(tmp_path: Path) -> None:
    with temporary_store(tmp_path, store="sqlite") as folder:
        JarvisContextManager().close()

    assert (folder / "jarvis_context.db").exists()


def test_a_wrong_setting_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownSetting), temporary_store(stale=5):
        pass
    with pytest.raises(BadSetting), temporary_store(stale_after="soon"):
        pass


def test_the_helpers_alone_do_not_need_pytest() -> None:
    code = "import sys, jarvis_ctx.testing; sys.exit('pytest' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
