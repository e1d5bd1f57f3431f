"""Many write, some look, checkpoints and backups are taken, all at once in one store."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

from jarvis_ctx.backup.restoring import verified
from jarvis_ctx.journal.ranges import missing
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.backups import take
from jarvis_ctx.storage.sqlite import soundness
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import damage

WORKERS = 7
READERS = 2
SEGMENTS = (1_048_576, 4_096, 65_536)
"""Bytes of a segment, by turns: where they are small, looks are often amid a change from one to the next."""
EVERY = 100
"""Calls of each writer between two of its checkpoints."""


def look(path: str, seconds: float) -> None:
    """A child's role: look again and again; say as JSON how often, and what went back or has gaps."""
    wrong, looks, before, until = list[str](), 0, dict[str, int](), time.monotonic() + seconds
    while time.monotonic() < until:
        view = open_view(path, "jarvis")
        try:
            events = view.events_after(before)
        finally:
            view.close()
        found: dict[str, list[int]] = {}
        for event in events:
            found.setdefault(event.writer, []).append(event.number)
        for writer, numbers in found.items():
            if gaps := missing(sorted(numbers), before.get(writer, 0) + 1, max(numbers)):
                wrong.append(f"look {looks} has gaps in {writer}: {gaps}")
            if len(set(numbers)) < len(numbers):
                wrong.append(f"look {looks} has events of {writer} twice")
            before[writer] = max(numbers)
        looks += 1
    sys.stdout.write(f"{json.dumps({'looks': looks, 'wrong': wrong[:5]})}\n")
    sys.stdout.flush()


def back_up(path: str, target: str) -> None:
    """A child's role: take one backup after the other; say so after each."""
    for number in range(1_000):
        take(load({"path": path}, environ={}), f"{target}-{number}")
        sys.stdout.write("kept\n")
        sys.stdout.flush()


def together(round: Round) -> Finding:
    """Writers, readers and backups for a while; then all writers are killed at once."""
    stage, seconds = stages.stage(round), round.random.uniform(4.0, 6.0)
    settings = {"segment_bytes": SEGMENTS[round.number % len(SEGMENTS)]}
    writers = stage.open(threads=1, forks=WORKERS, think=0.002, checkpoint_every=EVERY, settings=settings)
    readers = [stage.server.start(f"{__name__}:look", path=stage.store, seconds=seconds) for _ in range(READERS)]
    backup = stage.server.start(f"{__name__}:back_up", path=stage.store, target=str(round.folder / "backup"))
    told: list[dict[str, Any]] = [json.loads(reader.line()) for reader in readers]
    assert backup.line() == "kept"
    os.killpg(writers.pid, signal.SIGKILL)
    writers.wait()
    backup.kill()

    verdicts = stage.verify(ending="kill", whole=True)
    found = stages.judged(stage, verdicts, WORKERS + 1)
    backups = list(round.folder.glob("backup-*"))
    for one in backups:
        verified(one, None, lambda done, of: None)
    if not soundness.is_sound(damage.database(stage.store)):
        found.wrong.append("the database is not sound")
    for looked in told:
        found.wrong += looked["wrong"]
        found.tally["looks"] += looked["looks"]
    found.tally["backups"] = len(backups)
    return found


FAULTS = (
    Fault(
        id="F30",
        title=f"{WORKERS + 1} processes write, {READERS} look, checkpoints and backups are taken, until `kill -9`",
        promise="no acknowledged call is lost, no look sees a gap or goes back, database and backups are whole",
        rounds={"small": 1, "full": 20, "release": 120},
        play=together,
    ),
)
