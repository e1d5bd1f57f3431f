"""Bits, bytes and pages of a dead store's files are hit: what is read is right, or it is said that it is not."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from jarvis_ctx.recovery.rebuild import events_of
from jarvis_ctx.sidecar import open_view
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import damage, rotting
from tests.crash.readings import findings

HITS = 25
"""A round's, in one store."""
STARTS = 8
"""One hit in so many is followed by a start, besides."""
CALLS = 70
KINDS = ("database", "log", "segment", "archive", "value", "checkpoint", "twin", "marks")
HARMS = (rotting.flip, rotting.scratch, rotting.zero)
NEWEST = 3
"""Of each kind of file so many may be hit: older ones are hardly read any more."""


def hit(path: str, kinds: list[str], seed: str) -> None:
    """A child's role: hit a file, read all, mend it, and so on; say as JSON what was read."""
    store, chance = Path(path), random.Random(seed)
    looking = _Looking(store)
    for number in range(HITS):
        harm, kind = chance.choice(HARMS), kinds[number % len(kinds)]
        file = chance.choice(sorted(file for file in store.glob(rotting.FILES[kind]) if _written(file))[-NEWEST:])
        sound = file.read_bytes()
        file.write_bytes(harm(sound, chance))
        looking.look(f"{harm.__name__} of {file.name}, hit {number}", start=number % STARTS == 0)
        file.write_bytes(sound)
    sys.stdout.write(f"{json.dumps({'tally': looking.tally, 'wrong': looking.wrong})}\n")
    sys.stdout.flush()


def _written(file: Path) -> bool:
    return any(file.read_bytes())


class _Looking:
    """Holds what is read of a store against what was read when it was sound."""

    def __init__(self, store: Path) -> None:
        self._store, self.wrong = store, list[str]()
        self.tally: Counter[str] = Counter()
        self._right = {read: read(store) for read in (_seen, _started)}

    def look(self, hit: str, *, start: bool) -> None:
        for read in (_seen, _started) if start else (_seen,):
            found, words = read(self._store)
            right, always = self._right[read]
            if found == right:
                self.tally["right all the same"] += 1
            elif set(words) - set(always):
                self.tally["told of"] += 1
            else:
                self.tally["changed"] += 1
                self.wrong.append(f"{hit}: what is{read.__name__} changes without a word".replace("_", " "))


def _seen(store: Path) -> tuple[Any, list[str]]:
    """The state and each event, as a stranger reads them, and what is said of damage."""
    state, words = rotting.state_and_words(store)
    view = open_view(store, "jarvis")
    try:
        gathered = events_of(view.layers(), {})
    finally:
        view.close()
    events = sorted(findings(gathered.events), key=lambda found: found.stamp)
    return (state, events), [*map(str, words), *gathered.damaged, *gathered.lost]


def _started(store: Path) -> tuple[Any, list[str]]:
    """The state after a start of a copy, and what is said of damage."""
    copy = shutil.copytree(store, store.with_name("started"))
    try:
        return rotting.started(copy)
    finally:
        shutil.rmtree(copy)


def rotten(round: Round) -> Finding:
    """Hits on one store, with its database or, by turns, when that is gone and all else is needed."""
    stage = stages.stage(round)
    rotting.lived(stage, round.folder / "older", CALLS)
    bare = round.number % 2 == 0
    if bare:
        damage.delete_database_and_log(stage.store)
    kinds = KINDS[2:] if bare else KINDS
    child = stage.server.start(f"{__name__}:hit", path=stage.store, kinds=kinds, seed=str(round.random.random()))
    found = json.loads(child.line())
    return Finding(
        tally=Counter(hits=HITS) + Counter(found["tally"]), wrong=found["wrong"], noted={"database": not bare}
    )


FAULTS = (
    Fault(
        id="F23",
        title="a bit flips, 16 bytes are scratched, or a page is zeroed in the database, its log, segments, archive,"
        " values, checkpoints or marks",
        promise="what is read is right, or it is said that it is not",
        rounds={"small": 2, "full": 80, "release": 200},
        play=rotten,
    ),
)
