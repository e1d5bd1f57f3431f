"""The demo's work folder: what lies where, and the record of what was done, from which it can be checked again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

RECORD = "demo.json"


@dataclass(frozen=True, kw_only=True)
class Life:
    """One process: when it was started (monotonic seconds), whether we killed it, and how it ended.

    `published` counts the reviews in the effects file at its end, `size` is that file's size then, in bytes.
    `workers_killed` are the process ids of its workers that we killed before. `at_work` is how many tasks we saw it at
    when we killed it; a worker that it left behind may have ended its task since. None where nobody looked.
    """

    pid: int
    started: float
    seconds: float
    killed: bool
    exit_code: int
    published: int
    size: int
    workers_killed: list[int] = field(default_factory=list)
    at_work: int | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What was run: the command's own arguments, the seed of the kills, how many there were to be, and each life.

    `worker_kills` is how many of its workers were to be killed besides.
    """

    command: list[str]
    seed: int
    kills: int
    undisturbed: Life
    lives: list[Life]
    worker_kills: int = 0


@dataclass(frozen=True)
class Place:
    """The files below one folder, about the orchestrator `name`; the store may be one that it shares with others."""

    folder: Path
    name: str = "code-review"
    shared: Path | None = None

    @property
    def reference(self) -> Side:
        """Of the run that nobody disturbed, without jarvis-ctx."""
        return Side(self.folder / "undisturbed")

    @property
    def killed(self) -> Side:
        """Of the run that was killed and started again."""
        return Side(self.folder / "killed")

    @property
    def store(self) -> Path:
        return self.shared or self.killed.folder / "store"

    @property
    def notes(self) -> Path:
        return self.killed.folder / "witness.jsonl"

    def keep(self, record: Record) -> None:
        """Write down what was run."""
        self._record.write_text(json.dumps(asdict(record), indent=2) + "\n", "utf-8")

    def record(self) -> Record:
        """What was run. Raises `FileNotFoundError` in a folder where no demo has come to its end."""
        read = json.loads(self._record.read_text("utf-8"))
        lives = [Life(**life) for life in read.pop("lives")]
        return Record(undisturbed=Life(**read.pop("undisturbed")), lives=lives, **read)

    @property
    def _record(self) -> Path:
        return self.folder / RECORD


def places(folder: Path, names: list[str] | None = None) -> list[Place]:
    """The place of each orchestrator of a demo of several, which share a store; without `names`, those kept there.

    A folder that has none below it is the place of one.
    """
    if names is None:
        names = sorted(record.parent.name for record in folder.glob(f"*/{RECORD}"))
    return [Place(folder / name, name, folder / "store") for name in names] or [Place(folder)]


@dataclass(frozen=True)
class Side:
    """What the orchestrator leaves behind, and what it says while it runs."""

    folder: Path

    @property
    def effects(self) -> Path:
        return self.folder / "published.jsonl"

    @property
    def report(self) -> Path:
        return self.folder / "review.md"

    @property
    def output(self) -> Path:
        return self.folder / "output.txt"
