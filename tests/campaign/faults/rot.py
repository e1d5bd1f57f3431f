"""A hit in one file of a dead store: all but what stood there alone is as it was, and what is gone is named."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import acknowledgements, damage, rotting
from tests.crash.readings import findings
from tests.crash.sound import Sound
from tests.crash.verdict import judge

HITS = 25
"""A round's, in one store."""
CALLS = 70
KINDS = ("database", "log", "segment", "archive", "value", "checkpoint", "twin", "marks", "run")
HARMS = (rotting.flip, rotting.scratch, rotting.zero)
NEWEST = 3
"""Of each kind of file so many may be hit: older ones are hardly read any more."""


def hit(path: str, acks: str, kinds: list[str], seed: str) -> None:
    """A child's role: hit a file, read all, start there, mend it, and so on; say as JSON what came of it."""
    store, chance = Path(path), random.Random(seed)
    sound, tally = Sound(store), Counter[str]()
    wrong = [*sound.wrong, *_unlike(acks, sound)]
    for number in range(HITS):
        harm, kind = chance.choice(HARMS), kinds[number % len(kinds)]
        file = chance.choice(
            sorted(file for file in store.glob(rotting.FILES[kind]) if rotting.written(file.read_bytes()))[-NEWEST:]
        )
        before = file.read_bytes()
        file.write_bytes(harm(before, chance))
        found = sound.judge(store, [file])
        tally[f"{'changed' if found.wrong else 'named' if found.lost else 'right'}: {kind}"] += 1
        tally["events named"] += len(found.lost)
        wrong += [f"{harm.__name__} of {file.name}, hit {number}: {sentence}" for sentence in found.wrong]
        file.write_bytes(before)
    sys.stdout.write(f"{json.dumps({'tally': tally, 'wrong': wrong})}\n")
    sys.stdout.flush()


def _unlike(acks: str, sound: Sound) -> list[str]:
    """What the sound store lacks of what was acknowledged, or has besides."""
    verdict = judge(acknowledgements.read(Path(acks)), list(findings(sound.events)))
    return [f"of the sound store, {name}: {', '.join(some[:5])}" for name, some in verdict.wrong(1).items()]


def rotten(round: Round) -> Finding:
    """Hits in one store, by turns with its database or when that is gone and all else is needed."""
    stage = stages.stage(round)
    rotting.lived(stage, round.folder / "older", CALLS)
    bare = round.number % 2 == 0
    if bare:
        damage.delete_database_and_log(stage.store)
    asked = {"kinds": KINDS[2:] if bare else KINDS, "seed": str(round.random.random())}
    child = stage.server.start(f"{__name__}:hit", path=stage.store, acks=stage.acks, **asked)
    found = json.loads(child.line())
    tally = {f"{name} (no database)" if bare and ":" in name else name: n for name, n in found["tally"].items()}
    return Finding(tally=Counter(hits=HITS) + Counter(tally), wrong=found["wrong"], noted={"database": not bare})


FAULTS = (
    Fault(
        id="F23",
        title="a bit flips, 16 bytes are scratched, or a page is zeroed in the database, its log, a segment, the"
        " archive, a value, a checkpoint, its twin, the marks or the run's record; in every other store the database is"
        " gone besides",
        promise="every event, the state and the report are right, read as they are and after a start, but for events"
        " that stood in the hit file alone: those are named; after a hit in the marks numbers that never were may be,"
        " too",
        rounds={"small": 2, "full": 80, "release": 200},
        play=rotten,
    ),
)
