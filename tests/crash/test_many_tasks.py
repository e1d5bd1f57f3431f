"""SIGKILL while checkpoints hold what changed since a whole one, and then the loss of some of them."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import sign
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash import many
from tests.crash.harness import SEED

pytestmark = pytest.mark.crash

Acked = dict[str, int]


def killed_amid(folder: Path, calls: int) -> Acked:
    """What each task was said to be, by a program that was killed after at least so many calls."""
    with subprocess.Popen(
        [sys.executable, "-m", many.__name__, str(folder)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(calls)]
        child.kill()
        said += child.stdout.readlines()
    return {task: int(percentage) for task, percentage in (line.split() for line in said if line.endswith("\n"))}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Acked]:
    """A store that was killed at a random moment, a checkpoint under way in most cases."""
    folder = tmp_path_factory.mktemp("many") / "store"
    return folder, killed_amid(folder, random.Random(f"{SEED}:many").randrange(20, 80))


def wrong(folder: Path, acked: Acked) -> dict[str, float]:
    """The tasks that are not as they were said to be; the one call that was under way may have happened."""
    with JarvisContextManager(folder, handle_signals=False) as manager:
        found = {id: task.percentage for id, task in manager.journal.writer.state.tasks.items()}
        assert manager.recovery_report is not None
        assert manager.recovery_report.events_lost == {}
    assert len(found) == many.TASKS
    unlike = {id: percentage for id, percentage in found.items() if percentage != acked.get(id, 0)}
    return unlike if len(unlike) > 1 else {}


def lose(*patterns: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        for path in [path for pattern in patterns for path in folder.glob(pattern)]:
            path.unlink()

    return do


def rot(pattern: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        for path in folder.glob(pattern):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)

    return do


DAMAGES = {
    "nothing": lose(),
    "database": lose("jarvis_context.db*"),
    "database and all changes": lose("jarvis_context.db*", "checkpoints/*.changes"),
    "database and signed bases": lose("jarvis_context.db*", "checkpoints/*.pkl"),
    "database and bases": lose("jarvis_context.db*", "checkpoints/*.pkl", "checkpoints/*.json"),
    "all checkpoint files": lose("checkpoints/*"),
    "rotten changes": lambda folder: (lose("jarvis_context.db*")(folder), rot("checkpoints/*.changes")(folder))[-1],
    "rotten bases": lambda folder: (lose("jarvis_context.db*")(folder), rot("checkpoints/*.pkl")(folder))[-1],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_acknowledged_call_of_many_tasks_is_lost(killed: tuple[Path, Acked], tmp_path: Path, damage: str) -> None:
    whole, acked = killed
    folder = shutil.copytree(whole, tmp_path / "store")
    DAMAGES[damage](folder)

    assert wrong(folder, acked) == {}


def test_every_checkpoint_that_builds_upon_another_is_whole_after_kills(store_path: Path) -> None:
    for _ in range(3):
        killed_amid(store_path, random.Random(f"{SEED}:kills").randrange(10, 40))

    files = CheckpointFiles(store_path, "jarvis", sign.load_key(store_path / "secret.key"))

    loaded = [files.load(path, signed=signed)[0] for path in files.changes() for signed in (True, False)]
    assert len(loaded) > 4
    assert {header.base for header in loaded} <= {files.verified(path).id for path in files.signed()}
