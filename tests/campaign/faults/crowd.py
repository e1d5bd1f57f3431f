"""Many write, some look, checkpoints and backups are taken, all at once in one store."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from jarvis_ctx.journal.ranges import missing
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.backups import restore, take
from jarvis_ctx.storage.sqlite import soundness
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import acknowledgements, damage
from tests.crash.acknowledgements import Said
from tests.crash.calls import Token, token_of
from tests.crash.readings import findings, subjects
from tests.crash.roles import say

WORKERS = 7
READERS = 2
SEGMENTS = (1_048_576, 4_096, 65_536)
"""Bytes of a segment, by turns: where they are small, looks are often amid a change from one to the next."""
EVERY = 100
"""Calls of each writer between two of its checkpoints."""


class Past:
    """What somebody who looks again and again has seen; each look must have all of the one before, and no gaps."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """The last one of each writer."""
        self.position: dict[str, int] = {}
        self.tokens: set[str] = set()
        self.latest: dict[str, Token] = {}
        """The last call of each subject that the state had."""

    def look(self, path: Path, said: Said) -> Iterator[str]:
        """Look once more, after that had been `said`; what is wrong with it."""
        with closing(open_view(path, "jarvis")) as view:
            events, state = view.events_after({}), view.state()
        found: dict[str, list[int]] = defaultdict(list)
        for event in events:
            found[event.writer].append(event.number)
        for writer, numbers in found.items():
            if gaps := missing(sorted(numbers), 1, max(numbers)):
                yield f"has gaps in {writer}: {gaps}"
            if len(set(numbers)) < len(numbers):
                yield f"has events of {writer} twice"
        last = {writer: max(numbers) for writer, numbers in found.items()}
        yield from _back("events", self.numbers, last)
        yield from _back("the state", self.position, state.position)
        fresh = (event for event in events if event.number > self.numbers.get(event.writer, 0))
        self.tokens |= {found.token for found in findings(fresh)}
        self.numbers, self.position = last, dict(state.position)
        if lost := sorted(said.acknowledged - self.tokens):
            yield f"is without {len(lost)} calls acknowledged before it: {lost[:3]}"
        latest = {subject: token_of(token) for subject, (token, _) in subjects(state).items()}
        known = {subject: token_of(token) for subject, (token, _) in said.last_of_each_subject().items() if token}
        yield from _back("subjects", self.latest, latest)
        yield from _back("acknowledged subjects", known, latest)
        self.latest = latest


def _back(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Where `after` has less than `before`."""
    gone = [name for name, reached in before.items() if name not in after or after[name] < reached]
    if gone:
        yield f"goes back: {what} of {gone[:3]}"


def look(path: str, acks: str, seconds: float) -> None:
    """A child's role: look again and again; say as JSON how often, and what went back, has gaps, or lacks something."""
    past, wrong, looks, until = Past(), list[str](), 0, time.monotonic() + seconds
    while time.monotonic() < until:
        said = acknowledgements.read(Path(acks))
        wrong += [f"look {looks} {what}" for what in past.look(Path(path), said)]
        looks += 1
    say(json.dumps({"looks": looks, "wrong": wrong[:5]}))


def back_up(path: str, acks: str, target: str) -> None:
    """A child's role: take one backup after the other; say before each how far the acknowledgements reach."""
    for number in range(1_000):
        say(str(os.path.getsize(acks)))
        take(load({"path": path}, environ={}), f"{target}-{number}")
        say("kept")


def together(round: Round) -> Finding:
    """Writers, readers and backups for a while; then all writers are killed at once."""
    stage, seconds = stages.stage(round), round.random.uniform(4.0, 6.0)
    settings = {"segment_bytes": SEGMENTS[round.number % len(SEGMENTS)]}
    writers = stage.open(threads=1, forks=WORKERS, think=0.002, checkpoint_every=EVERY, settings=settings)
    beside = {"path": stage.store, "acks": stage.acks}
    readers = [stage.server.start(f"{__name__}:look", seconds=seconds, **beside) for _ in range(READERS)]
    backup = stage.server.start(f"{__name__}:back_up", target=str(round.folder / "backup"), **beside)
    told: list[dict[str, Any]] = [json.loads(reader.line()) for reader in readers]
    said = [backup.line(), backup.line()]
    os.killpg(writers.pid, signal.SIGKILL)
    writers.wait()
    backup.kill()

    verdicts = stage.verify(ending="kill", whole=True)
    found = stages.judged(stage, verdicts, WORKERS + 1)
    reached = [int(size) for size in [*said, *backup.rest()] if size != "kept"]
    for number, until in enumerate(reached):
        if (taken := round.folder / f"backup-{number}").exists():  # The last one may have been cut off.
            put_back = round.folder / f"restored-{number}"
            restore(load({"path": put_back}, environ={}), taken)
            past = Past().look(put_back, acknowledgements.read(stage.acks, until))
            found.wrong += [f"backup {number} {what}" for what in past]
            found.tally["backups"] += 1
    if not soundness.is_sound(damage.database(stage.store)):
        found.wrong.append("the database is not sound")
    for looked in told:
        found.wrong += looked["wrong"]
        found.tally["looks"] += looked["looks"]
    return found


FAULTS = (
    Fault(
        id="F30",
        title=f"{WORKERS + 1} processes write, {READERS} look, checkpoints and backups are taken, until `kill -9`",
        promise="no acknowledged call is lost; each look, and each backup put back, has no gap, and all that was"
        " acknowledged before it was begun; no look goes back; the database is sound",
        rounds={"small": 1, "full": 10, "release": 120},
        play=together,
    ),
)
