"""Files of a dead store are damaged, deleted, or replaced by older ones: what the others hold gives all of it back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import damage, rotting, told
from tests.crash.harness import CHECKPOINTING, THREADS, Stage, Verdicts

HEADER = 100
"""Bytes of a database's header."""
LOG_HEADER = 32


def no_header(data: bytes, chance: random.Random) -> bytes:
    return bytes(HEADER) + data[HEADER:]


def no_log_header(data: bytes, chance: random.Random) -> bytes:
    return bytes(LOG_HEADER) + data[LOG_HEADER:]


def gone(data: bytes, chance: random.Random) -> bytes | None:
    return None


DATABASE = (no_header, rotting.truncate, rotting.empty, rotting.garbage, gone)
LOG = (gone, rotting.truncate, rotting.flip, no_log_header, rotting.garbage)
POINT = (rotting.truncate, rotting.flip, rotting.zero, rotting.empty, gone)
MARKS = (gone, rotting.truncate, rotting.empty, rotting.flip, rotting.zero, rotting.garbage)
OLDER = {
    "database and log": ("jarvis_context.db", "jarvis_context.db-*"),
    "database": ("jarvis_context.db",),
    "log": ("jarvis_context.db-wal",),
    "set of checkpoints": ("checkpoints/*",),
    "page of marks": ("journal/marks",),
    "record of the run": ("run-jarvis.json",),
    "set of segments": ("journal/*.seg",),
}
"""The files of a part. What newer segments alone had is lost with them; of all others everything stands elsewhere."""


def harm(file: Path, how: Callable[..., bytes | None], chance: random.Random) -> None:
    """Do that to the file, if it is there and has anything in it."""
    if not file.exists() or not (sound := file.read_bytes()):
        return
    harmed = how(sound, chance)
    if harmed is None:
        file.unlink()
    else:
        file.write_bytes(harmed)


def _lives(stage: Stage, round: Round) -> None:
    """One that ended cleanly, or none, and one or two that were killed."""
    if round.random.random() < 0.5:
        stage.write(calls=20)
        stage.verify()
    for _ in range(round.random.choice((1, 2))):
        stage.write_and_kill(0.2)


def _whole(stage: Stage) -> tuple[Finding, Verdicts]:
    verdicts = stage.verify(ending="kill", whole=True)
    return stages.judged(stage, verdicts, THREADS), verdicts


def database(round: Round) -> Finding:
    """The database, with its log or without."""
    stage, how = stages.stage(round), DATABASE[round.number % len(DATABASE)]
    _lives(stage, round)
    file = damage.database(stage.store)
    sound, log_gone = file.read_bytes(), round.random.random() < 0.5
    harm(file, how, round.random)
    if log_gone:
        damage.delete_log(stage.store)
    harmed = file.read_bytes() if file.exists() else b""

    found, verdicts = _whole(stage)
    said = bool(verdicts.checked.damage)
    kept = [path for path in stage.store.glob(f"{file.name}.damaged*") if path.read_bytes() == harmed]
    found.tally.update({"told of": int(said), "moved aside": len(kept)})
    found.noted |= {"harm": how.__name__, "log": "deleted" if log_gone else "kept"}
    if how in (no_header, rotting.garbage) and sound and log_gone and not (said and kept):
        found.wrong.append(f"a damaged database was not moved aside: {verdicts.checked.damage}")
    return found


def log(round: Round) -> Finding:
    """The database's log."""
    stage, how = stages.stage(round), LOG[round.number % len(LOG)]
    _lives(stage, round)
    file = damage.database(stage.store)
    harm(file.with_name(f"{file.name}-wal"), how, round.random)

    found, _ = _whole(stage)
    found.noted["harm"] = how.__name__
    return found


def points(round: Round) -> Finding:
    """The newest checkpoint files, some or all of them, while the database is gone."""
    stage = stages.stage(round)
    stage.write(calls=round.random.randint(45, 130), **CHECKPOINTING)
    damage.delete_database_and_log(stage.store)
    files = damage.signed_checkpoints(stage.store)
    hit = files[: round.random.randint(1, len(files))]
    for file in hit:
        for one in (file, file.with_suffix(".json")):
            harm(one, round.random.choice(POINT), round.random)

    found, verdicts = _whole(stage)
    used = verdicts.checked.report.layers[-1] if verdicts.checked.report else None
    expected = ("checkpoint file", files[len(hit)].name) if len(hit) < len(files) else ("events", "all events")
    if used is None or (used.layer, used.name) != expected:
        found.wrong.append(f"the base is {used}, not {expected}")
    found.tally["checkpoints damaged"] = len(hit)
    return found


def marks(round: Round) -> Finding:
    """The page of marks."""
    stage, how = stages.stage(round), MARKS[round.number // 3 % len(MARKS)]
    _lives(stage, round)
    harm(stage.store / "journal" / "marks", how, round.random)

    found, _ = _whole(stage)
    found.noted["harm"] = how.__name__
    return found


def log_or_marks(round: Round) -> Finding:
    """Two of three rounds are the log's."""
    return (marks if round.number % 3 == 0 else log)(round)


def segments(round: Round) -> Finding:
    """All segments go: what was not drained is lost, and its numbers are named."""
    stage = stages.stage(round)
    interval = round.random.choice((0.01, 0.1, 3600))
    stage.write_and_kill(0.3, settings={"drain_interval": interval})
    before = told.Told(stage.store)
    for path in (stage.store / "journal").glob("*.seg"):
        path.unlink()
    return _losing(stage, before)


def older(round: Round) -> Finding:
    """A part of the store is as it was a life earlier."""
    stage, part = stages.stage(round), list(OLDER)[round.number % len(OLDER)]
    _lives(stage, round)
    stage.verify(ending=round.random.choice(("kill", "close")))
    copy = shutil.copytree(stage.store, round.folder / "older")
    stage.write_and_kill(0.3, settings={"drain_interval": round.random.choice((0.01, 3600))})
    before = told.Told(stage.store)
    for pattern in OLDER[part]:
        for path in stage.store.glob(pattern):
            path.unlink()
        for path in copy.glob(pattern):
            shutil.copy2(path, stage.store / path.relative_to(copy))

    found = _losing(stage, before) if part == "set of segments" else _whole(stage)[0]
    found.noted["older"] = part
    return found


def _losing(stage: Stage, before: told.Told) -> Finding:
    """The finding where segments are gone: exactly what stood in them alone is lost, and named."""
    alone = before.beyond(stage.store)
    verdicts = stage.verify(ending="kill", whole=True)
    report = verdicts.checked.report
    named = told.named(report.events_lost if report else {})
    found = stages.judged(stage, _but_for(verdicts, before.calls(named & alone)), THREADS)
    found.tally["lost"] = len({*verdicts.events.lost, *verdicts.database.lost, *verdicts.state.outdated})
    found.tally["numbers named"] = len(named)
    if named - alone:
        found.wrong.append(f"{len(named - alone)} numbers are named that stand elsewhere: {sorted(named - alone)[:5]}")
    unnamed = (alone - named) - before.unacknowledged(stage.said().acknowledged)
    if unnamed:
        found.wrong.append(f"{len(unnamed)} numbers are lost and not named: {sorted(unnamed)[:5]}")
    return found


def _but_for(verdicts: Verdicts, gone: set[str]) -> Verdicts:
    """The verdicts without the calls that are known to be gone."""
    return replace(
        verdicts,
        events=replace(verdicts.events, lost=[token for token in verdicts.events.lost if token not in gone]),
        database=replace(verdicts.database, lost=[token for token in verdicts.database.lost if token not in gone]),
        state=replace(verdicts.state, outdated=[token for token in verdicts.state.outdated if token not in gone]),
    )


FAULTS = (
    Fault(
        id="F24",
        title="the database has no header, or is cut off, empty, garbage, or gone, with its log or without",
        promise="no acknowledged call is lost, no start begins empty, what is damaged is moved aside",
        rounds={"small": 10, "full": 200, "release": 1_000},
        play=database,
    ),
    Fault(
        id="F25",
        title="the database's log, or the page of marks, is gone, cut off, garbage, or has a bit flipped",
        promise="no acknowledged call is lost",
        rounds={"small": 9, "full": 200, "release": 1_500},
        play=log_or_marks,
    ),
    Fault(
        id="F25.1",
        title="all segments are gone",
        promise="only what was not drained is lost, and the report names the numbers of exactly that",
        rounds={"small": 8, "full": 100, "release": 200},
        play=segments,
    ),
    Fault(
        id="F26",
        title="the newest checkpoint files, some or all, are damaged or gone, and the database is gone, too",
        promise="the next older one is used, or all events; no acknowledged call is lost",
        rounds={"small": 10, "full": 100, "release": 300},
        play=points,
    ),
    Fault(
        id="F27",
        title="the database, its log, checkpoints, marks, segments or the run's record are those of a life earlier",
        promise="no acknowledged call is lost; with older segments only what was not drained is, and the report names"
        " the numbers of exactly that",
        rounds={"small": 7, "full": 100, "release": 300},
        play=older,
    ),
)
