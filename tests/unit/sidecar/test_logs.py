"""The log file a person asked for."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx import settings
from jarvis_ctx.sidecar.logs import LogFile


def test_a_log_file_that_is_made_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.txt"

    before = os.umask(0)
    LogFile(settings.load({"path": tmp_path / "store", "log_file": str(path)})).close()
    os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
