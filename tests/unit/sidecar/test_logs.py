"""The log file a person asked for."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
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


@pytest.mark.parametrize(("set_up", "said"), [("", "jarvis_ctx: it waits"), ("logging.basicConfig();", "it waits")])
def test_where_no_handler_would_say_whose_it_is_a_sentence_says_so_itself(
    tmp_path: Path, set_up: str, said: str
) -> None:
    opened = "from jarvis_ctx import settings; from jarvis_ctx.sidecar.logs import LogFile;"
    twice = "LogFile(settings.load({'path': sys.argv[1]}));" * 2
    program = f"import logging, sys; {set_up} {opened} {twice} logging.getLogger('jarvis_ctx').warning('it waits')"

    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)

    assert done.stderr.removeprefix("WARNING:jarvis_ctx:") == f"{said}\n"
