"""A process that is killed while it adds to a session loses nothing that it was told was there."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.adapters.openai_agents import JarvisSession
from tests.adapters.openai_agents.histories import texts
from tests.adapters.openai_agents.talker import SIZE

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "tests.adapters.openai_agents.talker"]


def killed_after(store: Path, acknowledged: int) -> int:
    """Run the talker and kill it after it has said so many batches; the last one it has said."""
    # A small pipe, so that it is never far ahead of who reads.
    pipe: Any = {"stdout": subprocess.PIPE, "pipesize": 4096}
    with subprocess.Popen([*COMMAND, str(store)], cwd=ROOT, text=True, **pipe) as process:
        assert process.stdout is not None
        for _ in range(acknowledged):
            process.stdout.readline()
        process.kill()
        said = process.stdout.read().split()
    assert process.returncode == -signal.SIGKILL
    return int(said[-1]) if said else acknowledged


@pytest.mark.anyio
@pytest.mark.crash
async def test_after_a_kill_every_acknowledged_batch_is_there_and_none_is_torn(store_path: Path) -> None:
    last = killed_after(store_path, 200)

    with JarvisSession("42", store_path) as session:
        counted = Counter(await texts(session))

    assert set(counted.values()) == {SIZE}
    assert list(counted) == [str(number) for number in range(1, len(counted) + 1)]
    assert len(counted) in (last, last + 1)
