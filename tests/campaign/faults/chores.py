"""SIGKILL while checkpoints, archives, backups, new seals or a new database are made."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from jarvis_ctx import settings
from jarvis_ctx.backup.restoring import verified
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import sign
from jarvis_ctx.sidecar.backups import take
from jarvis_ctx.sidecar.rebuilding import rebuild_database
from jarvis_ctx.sidecar.rekeying import rekey
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import damage
from tests.crash.harness import CHECKPOINTING, THREADS, Stage

SMALL: dict[str, Any] = {"segment_bytes": 16_384}
OFTEN = 3
"""Calls between two checkpoints, so that a kill comes amid one for the most part."""
LATE = 0.4
"""Seconds in which each of these is done several times, or once for the most part."""
Chore = Callable[[Stage, Round], dict[str, Any]]


def backup(path: str, target: str) -> None:
    """A child's role: take one backup after the other."""
    _say_begun()
    for number in range(1_000):
        take(settings.load({"path": path}, environ={}), f"{target}-{number}")


def rebuild(path: str) -> None:
    """A child's role: make the database anew, again and again."""
    _say_begun()
    while True:
        rebuild_database(settings.load({"path": path}, environ={}))


def seal_anew(path: str, source: str) -> None:
    """A child's role: seal the store anew with the first key."""
    _say_begun()
    rekey(settings.load({"path": path, "encryption_key": source}, environ={}))


def _say_begun() -> None:
    sys.stdout.write("begun\n")
    sys.stdout.flush()


def checkpointing(stage: Stage, round: Round) -> dict[str, Any]:
    """Checkpoints are taken; each that is there afterwards is whole."""
    for _ in range(5):
        stage.write_and_kill(0.2, threads=1, checkpoint_every=OFTEN)
    files = CheckpointFiles(stage.store, "jarvis", sign.load_key(stage.store / "secret.key"))
    for point in damage.signed_checkpoints(stage.store):
        files.load(point)
    return {}


def archiving(stage: Stage, round: Round) -> dict[str, Any]:
    """Small segments are archived, and then the database is gone."""
    for _ in range(3):
        stage.write_and_kill(0.3, settings=SMALL, **CHECKPOINTING)
    damage.delete_database_and_log(stage.store)
    return SMALL


def backing_up(stage: Stage, round: Round) -> dict[str, Any]:
    """Backups are taken beside a program that writes; each that has its name is whole."""
    writer = stage.open()
    _killed(stage, f"{__name__}:backup", path=stage.store, target=str(round.folder / "backup"))
    for found in round.folder.glob("backup-*"):
        verified(found, None, lambda done, of: None)
    writer.kill()
    return {}


def rebuilding(stage: Stage, round: Round) -> dict[str, Any]:
    """The database is made anew from the files."""
    stage.write(calls=40, settings=SMALL, **CHECKPOINTING)
    _killed(stage, f"{__name__}:rebuild", path=stage.store)
    return SMALL


def sealing(stage: Stage, round: Round) -> dict[str, Any]:
    """All is sealed anew with another key."""
    keys = round.folder / "keys"
    keys.write_text(os.urandom(32).hex())
    sealed = {"encryption_key": f"file:{keys}", **SMALL}
    stage.write(calls=40, settings=sealed, **CHECKPOINTING)
    for _ in range(2):
        keys.write_text(f"{os.urandom(32).hex()} {keys.read_text()}")
        _killed(stage, f"{__name__}:seal_anew", path=stage.store, source=f"file:{keys}")
    return sealed


def _killed(stage: Stage, role: str, **arguments: Any) -> None:
    child = stage.server.start(role, **arguments)
    assert child.line() == "begun"
    stage.kill_within(child, LATE)


CHORES: tuple[Chore, ...] = (checkpointing, archiving, backing_up, rebuilding, sealing)


def kill_while_at_a_chore(round: Round) -> Finding:
    """One of the chores, killed; then a recovery."""
    stage, chore = stages.stage(round), CHORES[round.number % len(CHORES)]

    asked = chore(stage, round)
    verdicts = stage.verify(ending="kill", whole=True, settings=asked)

    found = stages.judged(stage, verdicts, THREADS)
    found.noted["chore"] = chore.__name__
    return found


FAULTS = (
    Fault(
        id="F5",
        title="`kill -9` during checkpoints, archiving, backup, a new database, new encryption keys",
        promise="the same; each checkpoint and each backup that is there is whole",
        rounds={"small": 20, "full": 200, "release": 300},
        play=kill_while_at_a_chore,
    ),
)
