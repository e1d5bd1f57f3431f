"""Events in memory: a dict a writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import Batch, StoredEvent
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.storage.memory.gate import Gate


class Writer:
    """What one writer has brought."""

    def __init__(self, orchestrator: str, epoch: int) -> None:
        self.orchestrator, self.epoch, self.watermark = orchestrator, epoch, 0
        self.rows: dict[int, StoredEvent] = {}

    def advance(self) -> None:
        """Move the watermark over what is contiguous."""
        while self.watermark + 1 in self.rows:
            self.watermark += 1


class MemoryEvents:
    """The `EventStore` port. Rows of a writer without an opening count as `batch.orchestrator`'s until one comes."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.writers: dict[str, Writer] = {}
        self.tasks: dict[tuple[str, str], TaskRecord] = {}
        self.steps: dict[tuple[str, str, str], StepRecord] = {}
        self.runs: dict[str, RunRecord] = {}

    def write(self, batch: Batch) -> None:
        """Add what is not there yet; idempotent by (writer, number)."""
        with self._gate.held():
            for name, opening in batch.openings.items():
                writer = self.writers.setdefault(name, Writer(opening.orchestrator, opening.epoch))
                if writer.epoch == 0:
                    writer.orchestrator, writer.epoch = opening.orchestrator, opening.epoch
            for row in batch.rows:
                self.writers.setdefault(row.writer, Writer(batch.orchestrator, 0)).rows.setdefault(row.number, row)
            for name in {row.writer for row in batch.rows}:
                self.writers[name].advance()
            self._replace(batch)

    def watermarks(self) -> dict[str, int]:
        """For each writer the greatest number up to which all its events are here."""
        with self._gate.held():
            return {name: writer.watermark for name, writer in sorted(self.writers.items())}

    def epochs(self) -> dict[str, int]:
        """For each orchestrator the greatest epoch of its writers here."""
        found: dict[str, int] = {}
        with self._gate.held():
            for writer in self.writers.values():
                found[writer.orchestrator] = max(writer.epoch, found.get(writer.orchestrator, 0))
        return found

    def events(self, orchestrator: str, after: dict[str, int]) -> Iterator[StoredEvent]:
        """The events of `orchestrator` beyond a position, by writer and number; writers it does not name from 1."""
        with self._gate.held():
            found = [
                row
                for name, writer in sorted(self.writers.items())
                for number, row in sorted(writer.rows.items())
                if writer.orchestrator == orchestrator and number > after.get(name, 0)
            ]
        yield from found

    def remove(self, writer: str, numbers: Iterable[int]) -> None:
        """Take out events; the watermark falls below the least of them."""
        taken = set(numbers)
        with self._gate.held():
            found = self.writers.get(writer)
            if found is None or not taken:
                return
            for number in taken:
                found.rows.pop(number, None)
            found.watermark = max(min(found.watermark, min(taken) - 1), 0)

    def cut(self, orchestrator: str, cut: Cut) -> int:
        """Take out what `cut` takes; how many events. Watermarks never fall below it."""
        gone = 0
        with self._gate.held():
            for name, last in cut.position.items():
                writer = self.writers.setdefault(name, Writer(orchestrator, 0))
                before = len(writer.rows)
                kept = {n: r for n, r in writer.rows.items() if not read.is_cut(cut, name, n, r.payload.encode())}
                gone += before - len(kept)
                writer.rows, writer.watermark = kept, max(writer.watermark, last)
                writer.advance()
        return gone

    def sync(self) -> None:
        """Nothing here survives power loss."""
        with self._gate.held():
            pass

    def _replace(self, batch: Batch) -> None:
        if batch.left:
            self.tasks = {key: task for key, task in self.tasks.items() if not _undone(batch, key[0], task.updated[0])}
            self.steps = {key: step for key, step in self.steps.items() if not _undone(batch, key[0], step.updated[0])}
        self.tasks.update({(batch.orchestrator, record.id): record for record in batch.tasks})
        self.steps.update({(batch.orchestrator, record.task, record.key): record for record in batch.steps})
        self.runs.update({record.id: record for record in batch.runs})


def _undone(batch: Batch, orchestrator: str, updated: int) -> bool:
    return orchestrator == batch.orchestrator and any(after < updated < before for after, before in batch.left)
