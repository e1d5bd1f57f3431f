"""Whatever the umask, and whatever a run does: its files are its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from tests.crash.harness import BUSY, Stage

pytestmark = pytest.mark.crash


def modes(store: Path) -> dict[str, str]:
    """The mode of everything in a store, and of the store itself."""
    return {str(path.relative_to(store)): oct(stat.S_IMODE(path.stat().st_mode)) for path in (store, *store.rglob("*"))}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_every_file_of_a_busy_run_is_its_owners_alone(stage: Stage, umask: int) -> None:
    log = {"log_file": str(stage.store / "logs" / "jarvis.log"), "log_level": "debug"}
    arguments: dict[str, Any] = {"threads": 1, "calls": 70, "checkpoint_every": 20, "settings": {**BUSY, **log}}
    stage.write(umask=umask, **arguments)
    (stage.store / "jarvis_context.db").write_bytes(b"damaged" * 1000)
    stage.write(umask=umask, **arguments)

    found = modes(stage.store)

    kinds = ("recovery_report_", "logs/", ".pkl", "values/", ".damaged", ".seg", "marks", ".lock", "secret.key", "-wal")
    assert all(any(kind in name for name in found) for kind in kinds)
    assert {name: mode for name, mode in found.items() if mode not in ("0o600", "0o700")} == {}
