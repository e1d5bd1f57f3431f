"""Damage to any file of a dead store, and what is read and said of the store then."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.harness import BUSY, CHECKPOINTING, Stage
from tests.crash.readings import contents

FILES = {
    "database": "jarvis_context.db",
    "log": "jarvis_context.db-wal",
    "segment": "journal/*.seg",
    "archive": "journal/archive/*.zst",
    "value": "journal/values/*",
    "checkpoint": "checkpoints/*.pkl",
    "twin": "checkpoints/*.json",
    "marks": "journal/marks",
    "run": "run-jarvis.json",
    "marker": "CRASH_DETECTED",
}


def flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, written(data)))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def zero(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, written(data) // 4096)) * 4096
    return data[:at] + bytes(min(4096, len(data) - at)) + data[at + 4096 :]


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def garbage(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(data))


def empty(data: bytes, chance: random.Random) -> bytes:
    return b""


def scratch(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, written(data) - 15))
    return data[:at] + chance.randbytes(min(16, len(data))) + data[at + 16 :]


def written(data: bytes) -> int:
    """Bytes before the empty space that a preallocated file ends in: a hit there would hit nothing."""
    return len(data.rstrip(b"\0"))


HARMS = [flip, zero, truncate, garbage, empty]


def lived(stage: Stage, older: Path, calls: int = 130) -> Path:
    """A store of three runs, of which the first was archived and the last was killed while it recovered, with what it
    was before that run in `older`.
    """
    stage.write(calls=calls, settings=BUSY, **CHECKPOINTING)
    stage.verify()
    shutil.copytree(stage.store, older)
    stage.write(calls=calls, settings=BUSY, **CHECKPOINTING)
    (stage.store / "CRASH_DETECTED").write_text("{}")
    return stage.store


def started(store: Path) -> tuple[dict[str, Any], list[str]]:
    """The state after a start, and everything that the start says of damage and loss."""
    with JarvisContextManager(store, **BUSY) as manager:
        manager.flush()
        report = manager.recovery_report
        told = [*report.damage, report.possibly_lost, *report.events_lost] if report else []
        return contents(manager.journal.writer.picture()), [word for word in told if word]
