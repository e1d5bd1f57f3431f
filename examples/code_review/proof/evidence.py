"""What a demo left behind, read by plain code: nothing here uses jarvis-ctx."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from .place import Place, Record, Side
from .witness import WORK, message_key, progress_key

Json = dict[str, Any]


class Call(NamedTuple):
    """A call of a captured method, told from others by its subject."""

    method: str
    subject: str


@dataclass
class Testimony:
    """What the witness noted in one life: how often each call was made and returned, and how often its body ran.

    `running` is when the orchestrator began its work, in monotonic seconds; None when it did not come to that.
    `workers` are the testimonies of its worker processes, by process id.
    """

    pid: int
    running: float | None = None
    called: Counter[Call] = field(default_factory=Counter)
    returned: Counter[Call] = field(default_factory=Counter)
    began: Counter[Call] = field(default_factory=Counter)
    ended: Counter[Call] = field(default_factory=Counter)
    workers: dict[int, Testimony] = field(default_factory=dict)

    @property
    def answered(self) -> Counter[Call]:
        """The calls that returned although their body did not run, in the process that made them."""
        own = self.returned - sum((worker.returned for worker in self.workers.values()), Counter())
        own = Counter({call: n for call, n in own.items() if call.method in WORK and call not in self.began})
        return sum((worker.answered for worker in self.workers.values()), own)

    def done(self) -> Counter[Call]:
        """The calls that returned, without those that were answered without running their body."""
        return self.returned - self.answered

    def at_work(self, killed_before: Iterable[int] = ()) -> Counter[Call]:
        """The bodies that were running at its end; those of workers that were killed before it were not."""
        dead = (self.workers[pid] for pid in killed_before if pid in self.workers)
        return self.began - self.ended - sum((worker.began - worker.ended for worker in dead), Counter())

    def made(self) -> Counter[Call]:
        """The calls that may have left something behind, returned or not."""
        return self.began + Counter({call: count for call, count in self.called.items() if call.method not in WORK})


def subjects(calls: Iterable[Call], method: str) -> set[str]:
    """The subjects of the calls of one method."""
    return {call.subject for call in calls if call.method == method}


class Event(NamedTuple):
    """A row of the store's event log."""

    writer: str
    number: int
    run: str
    kind: str
    subject: str
    body: Json


@dataclass(frozen=True)
class Evidence:
    """Everything the claims are judged by. Files are read once, when first asked for."""

    place: Place
    record: Record

    @cached_property
    def wanted(self) -> list[bytes]:
        """What the undisturbed run published, one line a review."""
        return lines(self.place.reference.effects)

    @cached_property
    def published(self) -> list[bytes]:
        """What the killed run published."""
        return lines(self.place.killed.effects)

    def published_by(self, size: int) -> set[str]:
        """Ids of the reviews in the first `size` bytes of the killed run's effects file."""
        return set(map(review_id, lines(self.place.killed.effects, size)))

    @cached_property
    def testimonies(self) -> list[Testimony]:
        """The witness's notes, a life each."""
        found: list[Testimony] = []
        for what, *facts in _notes(self.place.notes):
            match what, facts:
                case "life", [pid, _]:
                    found.append(Testimony(pid))
                case "running", [time]:
                    found[-1].running = time
                case "worker", [life, pid, act, method, subject]:
                    of = next(each for each in reversed([Testimony(life), *found]) if each.pid == life)
                    for testimony in (of, of.workers.setdefault(pid, Testimony(pid))):
                        getattr(testimony, act)[Call(method, subject)] += 1
                case _, [method, subject]:
                    getattr(found[-1], what)[Call(method, subject)] += 1
        return found

    def at_work(self, life: int) -> Counter[Call]:
        """The bodies that were running at the end of a life, counted from 0."""
        return self.testimonies[life].at_work(self.record.lives[life].workers_killed)

    @cached_property
    def recoveries(self) -> list[Json]:
        """The recovery reports, oldest first."""
        paths = self.place.store.glob(f"recovery_report_{self.place.name}.*.json")
        return sorted((json.loads(path.read_bytes()) for path in paths), key=lambda report: int(report["epoch"]))

    @cached_property
    def events(self) -> list[Event]:
        """Every event in the database, in the order of each writer."""
        rows = self._rows(
            "SELECT writer, number, run, kind, subject, body FROM event_log "
            "WHERE orchestrator = ? ORDER BY writer, number",
            self.place.name,
        )
        return [Event._make((*row[:-1], json.loads(row[-1]))) for row in rows]

    @cached_property
    def stored(self) -> Counter[Call]:
        """The calls that the events stand for."""
        return Counter(call for event in self.events if (call := call_of(event)))

    @cached_property
    def pids(self) -> dict[str, int]:
        """The process of each run in the database."""
        return dict(self._rows("SELECT run, pid FROM runs"))

    def _rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        database = self.place.store / "jarvis_context.db"
        if not database.exists():
            return []
        # A closed store has no log of changes beside it, and then nothing needs to be written in order to read.
        mode = "mode=ro" if Path(f"{database}-wal").exists() else "mode=ro&immutable=1"
        with closing(sqlite3.connect(f"{database.as_uri()}?{mode}", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()


def call_of(event: Event) -> Call | None:
    """The captured call that an event records the outcome of; None for other events."""
    subject, body = event.subject, event.body
    match event.kind:
        case "TaskFinished":
            return Call("assign_task", subject)
        case "StepFinished":
            return Call("publish_review", subject)
        case "TaskProgressed":
            return Call("update_task_progress", progress_key(subject, body["percentage"], body["status"]))
        case "DecisionLogged":
            return Call("decide_severity", body["context"]["task_id"])
        case "MessageSent":
            return Call("send_message", message_key(body["sender"], body["recipient"], body["content"]))
        case _:
            return None


def lines(path: Path, size: int = -1) -> list[bytes]:
    """The published reviews in the first `size` bytes of a file, as written; what a kill tore is not one."""
    return [line for line in _head(path, size).split(b"\n") if review_id(line)]


def torn(side: Side) -> int:
    """How many lines of an effects file are neither empty nor a review."""
    return sum(bool(line) and not review_id(line) for line in _head(side.effects).split(b"\n"))


def review_id(line: bytes) -> str:
    """The id of a published review; nothing for a line that is none."""
    try:
        review = json.loads(line)
    except ValueError:
        return ""
    return str(review["id"]) if isinstance(review, dict) and "id" in review else ""


def _head(path: Path, size: int = -1) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(size)


def _notes(path: Path) -> Iterator[list[Any]]:
    for line in _head(path).split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue  # An empty line, or one torn by a kill: what it was to note did not come to pass any more.
