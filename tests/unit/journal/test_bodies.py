"""A body that finds no memory is refused as the journal's trouble, never as a value that cannot be stored."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STARVING = """
import resource, sys
from pathlib import Path
from jarvis_ctx.codec import tagging
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.bodies import Bodies
from jarvis_ctx.journal.values import Values

bodies, value = Bodies(Values(Path(sys.argv[1])), inline=1024), bytes(40_000_000)
has = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (has + 10_000_000, resource.RLIM_INFINITY))
try:
    bodies.encoded({"result": value}, own=False)
except JournalUnavailable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to RLIMIT_AS")
def test_where_no_memory_is_left_the_journal_is_unavailable(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARVING, str(tmp_path)]

    told = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert "cannot be written: no memory is left for the event" in told.stdout, told.stderr
