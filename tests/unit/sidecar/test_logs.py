"""The log file a person asked for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.sidecar.logs import LogFile


def test_a_log_file_that_is_made_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.txt"

    before = os.umask(0)
    LogFile(settings.load({"path": tmp_path / "store", "log_file": str(path)})).close()
    os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """One of ours, with the level of all of them as it was before."""
    ours = logging.getLogger("jarvis_ctx")
    before = ours.level
    yield ours.getChild("somewhere")
    ours.setLevel(before)


@pytest.mark.parametrize(
    ("level", "kept"),
    [("debug", ["debug", "info", "warning", "error"]), ("warning", ["warning", "error"]), ("error", ["error"])],
)
def test_a_log_file_has_what_is_as_severe_as_was_asked_for(
    logger: logging.Logger, tmp_path: Path, level: str, kept: list[str]
) -> None:
    path = tmp_path / "log.txt"
    environ = {"JARVIS_LOG_FILE": str(path), "JARVIS_LOG_LEVEL": level}
    log = LogFile(settings.load({"path": tmp_path / "store"}, environ=environ))

    for severity in ("debug", "info", "warning", "error"):
        getattr(logger, severity)("it is %s", severity)
    log.close()
    logger.error("it is over")

    assert [line.rpartition(" ")[2] for line in path.read_text().splitlines()] == kept
