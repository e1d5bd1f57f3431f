"""The demo's work folder: what lies where, and the record of what was done, from which it can be checked again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Life:
    """One process: when it was started (monotonic seconds), whether we killed it, and how it ended.

    `published` counts the reviews in the effects file at its end, `size` is that file's size then, in bytes.
    """

    pid: int
    started: float
    seconds: float
    killed: bool
    exit_code: int
    published: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Record:
    """What was run: the command's own arguments, the seed of the kills, how many there were to be, and each life."""

    command: list[str]
    seed: int
    kills: int
    undisturbed: Life
    lives: list[Life]


@dataclass(frozen=True)
class Place:
    """The files below one folder."""

    folder: Path

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
        return self.killed.folder / "store"

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
        return self.folder / "demo.json"


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
