"""Files of a dead store are damaged, deleted, or replaced by older ones: what the others hold gives all of it back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.journal.read import read_segment
from tests.campaign import stages, tail
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import damage, rotting
from tests.crash.harness import CHECKPOINTING, THREADS, Stage, Verdicts
from tests.crash.test_segments_lost import drained

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
"""The files of a part."""
WITHOUT_LOSS = ("database and log", "database", "log", "set of checkpoints")
"""Parts of which everything stands elsewhere, too."""


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
    told = bool(verdicts.checked.damage)
    kept = [path for path in stage.store.glob(f"{file.name}.damaged*") if path.read_bytes() == harmed]
    found.tally.update({"told of": int(told), "moved aside": len(kept)})
    found.noted |= {"harm": how.__name__, "log": "deleted" if log_gone else "kept"}
    if how in (no_header, rotting.garbage) and sound and log_gone and not (told and kept):
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
    paths = list((stage.store / "journal").glob("*.seg"))
    written = [segment for path in paths if (segment := read_segment(path)).frames]
    known = {segment.writer: drained(stage, segment.writer) for segment in written}
    for path in paths:
        path.unlink()

    verdicts = stage.verify(ending="kill", whole=True)
    found = _told(stage, verdicts)
    report = verdicts.checked.report
    for segment in written:
        ranges = report.events_lost.get(segment.writer, []) if report else []
        named = {number for first, last in ranges for number in range(first, last + 1)}
        lost = set(range(known[segment.writer] + 1, segment.last + 1))
        if not lost - {segment.last} <= named <= lost:
            found.wrong.append(f"of {known[segment.writer] + 1} to {segment.last}, {ranges} are named")
        found.tally["numbers named"] += len(named)
    return found


def older(round: Round) -> Finding:
    """A part of the store is as it was a life earlier."""
    stage, part = stages.stage(round), list(OLDER)[round.number % len(OLDER)]
    _lives(stage, round)
    stage.verify(ending=round.random.choice(("kill", "close")))
    copy = shutil.copytree(stage.store, round.folder / "older")
    stage.write_and_kill(0.3, settings={"drain_interval": round.random.choice((0.01, 3600))})
    for pattern in OLDER[part]:
        for path in stage.store.glob(pattern):
            path.unlink()
        for path in copy.glob(pattern):
            shutil.copy2(path, stage.store / path.relative_to(copy))

    verdicts = stage.verify(ending="kill", whole=True)
    found = _told(stage, verdicts)
    found.noted["older"] = part
    if part in WITHOUT_LOSS and found.tally["lost"]:
        found.wrong.append(f"{found.tally['lost']} calls are lost with an older {part}")
    return found


def _told(stage: Stage, verdicts: Verdicts) -> Finding:
    """The finding where calls may be lost, if it is said."""
    found, told = stages.judged(stage, verdicts, THREADS), tail.is_told(verdicts)
    missing = {f"{layer}: {name}: " for layer in verdicts.wrong() for name in ("lost", "outdated")}
    found.wrong = [wrong for wrong in found.wrong if not (told and wrong.startswith(tuple(missing)))]
    return found


FAULTS = (
    Fault(
        id="F24",
        title="the database has no header, or is cut off, empty, garbage, or gone, with its log or without",
        promise="no acknowledged call is lost, no start begins empty, what is damaged is moved aside",
        rounds={"small": 10, "full": 400, "release": 1_000},
        play=database,
    ),
    Fault(
        id="F25",
        title="the database's log, or the page of marks, is gone, cut off, garbage, or has a bit flipped",
        promise="no acknowledged call is lost",
        rounds={"small": 9, "full": 450, "release": 1_500},
        play=log_or_marks,
    ),
    Fault(
        id="F25.1",
        title="all segments are gone",
        promise="only what was not drained is lost, and the report names its numbers",
        rounds={"small": 8, "full": 100, "release": 200},
        play=segments,
    ),
    Fault(
        id="F26",
        title="the newest checkpoint files, some or all, are damaged or gone, and the database is gone, too",
        promise="the next older one is used, or all events; no acknowledged call is lost",
        rounds={"small": 10, "full": 150, "release": 300},
        play=points,
    ),
    Fault(
        id="F27",
        title="the database, its log, checkpoints, marks, segments or the run's record are those of a life earlier",
        promise="what the others hold gives all back; where they do not, the report says so",
        rounds={"small": 7, "full": 150, "release": 300},
        play=older,
    ),
)
