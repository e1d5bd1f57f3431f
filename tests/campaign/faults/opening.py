"""SIGKILL while a store is made, opened, or migrated to a later schema."""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis_ctx.storage.sqlite import migrations
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS, Stage

OPENING = 0.15
"""Seconds in which a store is made or opened, on a slow day, and in which it is migrated."""
AMID = 0.7
"""The part of the kills that wait until a migration has begun."""
LATER = f"{__name__}:a_later_release"
SCRIPTS = Path(__file__).with_name("later_release")


def a_later_release() -> None:
    """No break: one more migration is there, and it is said when that begins."""
    names = [*migrations.MIGRATIONS, *(path.name for path in SCRIPTS.iterdir())]
    texts = {path.name: path for folder in (migrations._FOLDER, SCRIPTS) for path in folder.iterdir()}

    class Folder:
        def __truediv__(self, name: str) -> Path:
            if name == names[-1]:
                sys.stdout.write("migrating\n")
                sys.stdout.flush()
            return texts[name]

    migrations.MIGRATIONS = tuple(names)  # type: ignore[assignment]  # longer
    migrations.SCHEMA = len(names)
    migrations._FOLDER = Folder()  # type: ignore[assignment]  # finds the files of both


def make(stage: Stage) -> None:
    """Nothing is there: the folder, its key, its database and its first segment are made."""


def reopen(stage: Stage) -> None:
    """There is a store, whose last run died."""
    stage.write_and_kill()


def migrate(stage: Stage) -> None:
    """There is a store of an older schema, whose last run ended cleanly."""
    stage.write(calls=10)
    stage.verify()


WAYS = (make, reopen, migrate)


def kill_while_opening(round: Round) -> Finding:
    """One to four starts that are killed, then one that is not."""
    stage, way = stages.stage(round), round.random.choice(WAYS)
    plant = LATER if way is migrate else ""
    way(stage)

    kills = round.random.randint(1, 4)
    for _ in range(kills):
        child = stage.begin(plant=plant)
        if way is migrate and stage.random.random() < AMID:
            child.line()  # It migrates, or has opened what is migrated.
        stage.kill_within(child, OPENING)
    verdicts = stage.verify(ending="kill", whole=True, plant=plant)

    found = stages.judged(stage, verdicts, THREADS)
    found.tally["kills"] = kills
    found.noted["way"] = way.__name__
    return found


FAULTS = (
    Fault(
        id="F3",
        title="`kill -9` while a store is made (with its key), opened or migrated",
        promise="the next start opens it, with all that was acknowledged before",
        rounds={"small": 30, "full": 200, "release": 300},
        play=kill_while_opening,
    ),
)
