"""Checkpoints in memory: a dict by id."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.storage.memory.gate import Gate


class MemoryCheckpoints:
    """The `CheckpointStore` port."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.snapshots: dict[str, Snapshot] = {}

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; one with the same id is replaced."""
        with self._gate.held():
            self.snapshots[snapshot.header.id] = snapshot

    def move(self, header: CheckpointHeader) -> None:
        """Give the kept snapshot `header.id` its new run, epoch, time, position, stamp, label and seal."""
        with self._gate.held():
            kept = self.snapshots.get(header.id)
            if kept is not None:
                moved = replace(
                    kept.header,
                    run=header.run,
                    epoch=header.epoch,
                    taken=header.taken,
                    position=header.position,
                    stamp=header.stamp,
                    label=header.label,
                    seal=header.seal,
                )
                self.snapshots[header.id] = replace(kept, header=moved)

    def headers(self, orchestrator: str) -> list[CheckpointHeader]:
        """All of `orchestrator`'s, newest (epoch, taken) first."""
        with self._gate.held():
            found = [kept.header for kept in self.snapshots.values() if kept.header.orchestrator == orchestrator]
        return sorted(found, key=lambda header: (header.epoch, header.taken, header.id), reverse=True)

    def get(self, id: str) -> Snapshot | None:
        """A snapshot with its base, or None."""
        with self._gate.held():
            found = self.snapshots.get(id)
            return found and replace(found, base=self.snapshots.get(found.header.base))

    def delete(self, ids: list[str]) -> None:
        """Forget snapshots; ids that are not there are ignored."""
        with self._gate.held():
            for id in ids:
                self.snapshots.pop(id, None)
