"""Pickles that want to run, laid among the checkpoints."""

from __future__ import annotations

import copyreg
import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from jarvis_ctx.checkpoint.files import PURPOSE
from jarvis_ctx.codec import sign
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.readings import contents
from tests.unit.checkpoint.test_malicious_files import EVIL, write
from tests.unit.codec import canary
from tests.unit.codec.malicious import CANARY, EXTENSION

PICKLES = 24
"""Laid in the way of a round's starts, one after the other."""
STARTS = 8
"""One in so many is there at a start, too."""
SIGNED = ("genuinely", "for another purpose", "by another key", "not at all")


def _say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def lay(path: str, seed: str) -> None:
    """A child's role: lay pickles among the checkpoints as the newest one, and look, or start, each time."""
    store, chance, wrong = Path(path), random.Random(seed), list[str]()
    copyreg.add_extension(CANARY, "sing", EXTENSION)
    key, other = sign.load_or_create_key(store / "secret.key"), sign.load_or_create_key(store.with_name("other.key"))
    right, evil = _looked_at(store), store / "checkpoints" / "recovery_jarvis.99991231T000000.000000Z.pkl"
    for number, name in enumerate(chance.sample(list(EVIL), PICKLES)):
        signed = SIGNED[number % len(SIGNED)]
        purpose = "state" if "purpose" in signed else PURPOSE
        write(evil, EVIL[name], other if "key" in signed else key, purpose, epoch=1_000)
        if signed == "not at all":
            evil.write_bytes(EVIL[name])
        try:
            if _looked_at(store) != right:
                wrong.append(f"{name}, signed {signed}, has changed the state")
            if number % STARTS == 0:
                _start(store)
        except Exception as error:
            wrong.append(f"{name}, signed {signed}, lets nobody look or start: {error!r}")
        if canary.songs:
            wrong.append(f"{name}, signed {signed}, was run")
            canary.songs.clear()
        evil.unlink()
    _say(wrong)


def _looked_at(store: Path) -> Any:
    view = open_view(store, "jarvis")
    try:
        return contents(view.state())
    finally:
        view.close()


def _start(store: Path) -> None:
    copy = shutil.copytree(store, store.with_name("started"))
    JarvisContextManager(copy, handle_signals=False).close()
    shutil.rmtree(copy)


def pickles(round: Round) -> Finding:
    """Some of all the pickles there are."""
    stage = stages.stage(round)
    stage.write(calls=30)
    wrong = json.loads(stage.server.start(f"{__name__}:lay", path=stage.store, seed=str(round.random.random())).line())
    return Finding(tally=Counter({"pickles": PICKLES}), wrong=wrong)


FAULTS = (
    Fault(
        id="F37",
        title=f"{len(EVIL)} malicious pickles as the newest checkpoint, signed rightly, wrongly, or not at all",
        promise="none is run, none is loaded, the state is as it was",
        rounds={"small": 3, "full": 15, "release": 60},
        play=pickles,
    ),
)
