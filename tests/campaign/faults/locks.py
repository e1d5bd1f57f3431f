"""Every open, close and lock of a program's life is looked at: POSIX drops a lock when anyone closes the file.

Whoever opens and closes a locked file in the same process, if only to read it, takes the lock away without a word; a
database that loses its locks like that is soon damaged by the next one who writes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.campaign import recording, stages, tracing
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS

OPTIONS = ("-f", "-qq", "-y", "-e", "trace=openat,close,fcntl", "-e", "signal=none")
CLOSE = re.compile(r"close\((\d+)<(.+?)>\)\s+= 0")
LOCK = re.compile(
    r"fcntl\((\d+)<(.+?)>, F_SETLKW?, \{l_type=F_(\w+), l_whence=SEEK_SET, l_start=(\d+), l_len=(\d+)\}\)\s+= 0"
)
LIBRARY = re.compile(r"openat\(.*\)\s+= \d+<(.*(?:libsqlite3|pysqlite3/_sqlite3)[^/]*\.so[^/]*)>")
Range = tuple[int, int]


class Audit:
    """What one process does to the files of a store, call by call."""

    def __init__(self, store: Path) -> None:
        self._store, self.tally, self.wrong = f"{store}/", Counter[str](), list[str]()
        self._held: dict[str, dict[Range, str]] = {}
        """By path, the locked bytes and the descriptor that locks them."""
        self.libraries: set[str] = set()

    def take(self, text: str) -> None:
        """One call, whole."""
        if found := LIBRARY.match(text):
            self.libraries.add(found[1])
        elif (found := LOCK.match(text)) and found[2].startswith(self._store):
            self._lock(found[1], found[2], found[3], (int(found[4]), int(found[5]) or 2**63))
        elif (found := CLOSE.match(text)) and found[2].startswith(self._store):
            self._close(found[1], found[2])

    def _lock(self, descriptor: str, path: str, kind: str, range: Range) -> None:
        held = {other: by for other, by in self._held.get(path, {}).items() if not _within(other, range)}
        if kind != "UNLCK":
            held[range] = descriptor
            self.tally["locks"] += 1
        self._held[path] = held

    def _close(self, descriptor: str, path: str) -> None:
        held = self._held.pop(path, {})
        self.tally["closed"] += 1
        if set(held.values()) - {descriptor}:
            self.wrong.append(f"{path.removeprefix(self._store)} is closed while another descriptor holds its lock")


def _within(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and sum(inner) <= sum(outer)


def _roles(round: Round, store: Path, acks: Path) -> Iterator[tuple[str, list[str], dict[str, object]]]:
    """Two lives: one that makes calls, then one that recovers and ends cleanly."""
    settings = {
        "segment_bytes": round.random.choice((16_384, 1_048_576)),
        "drain_interval": 0.01,
        "durability": round.random.choice(("process", "power", "store")),
    }
    acked = {"path": str(store), "acks": str(acks), "calls": 120, "checkpoint_every": 20}
    yield "write", ["opened", "done"], {**acked, "settings": settings}
    out = str(round.folder / "out")
    yield (
        "verify",
        ["recovering", "recovered", ""],
        {"path": str(store), "out": out, "since": {}, "ending": "close", "plant": "", "settings": {}},
    )


def watched(round: Round) -> Finding:
    """Each of the two lives under strace, and then what it left is looked at."""
    stage, found = stages.stage(round), Finding()
    stage.round = 1
    for role, words, arguments in _roles(round, stage.store, stage.acks):
        log, audit = round.folder / f"{role}.strace", Audit(stage.store)
        said = recording.said_by(role, log, *OPTIONS, lines=len(words), **arguments)
        for _, _, text in tracing.calls(log):
            audit.take(text)
        if said != words:
            found.wrong.append(f"{role} said {said}")
        if len(audit.libraries) != 1 or not audit.tally["locks"]:
            found.wrong.append(f"{role} has these libraries of SQLite: {sorted(audit.libraries)}, {audit.tally}")
        found.wrong += audit.wrong[:5]
        found.tally += audit.tally
    judged = stages.judged(stage, stage.verify(ending="kill", whole=True), THREADS)
    return Finding(tally=found.tally + judged.tally, wrong=found.wrong + judged.wrong)


FAULTS = (
    Fault(
        id="F28",
        title="each open, close and lock of a life under strace",
        promise="no file is closed while the process holds its lock otherwise, and there is one library of SQLite",
        rounds={"small": 2, "full": 10, "release": 60},
        play=watched,
        missing=recording.missing,
    ),
)
