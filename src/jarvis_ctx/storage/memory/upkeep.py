"""Derived records that go, and no room to give back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.memory.events import MemoryEvents
from jarvis_ctx.storage.memory.gate import Gate

if TYPE_CHECKING:
    from jarvis_ctx.retention.needle import Needle
    from jarvis_ctx.retention.purging import FilePurge


class MemoryUpkeep:
    """The `Upkeep` port."""

    def __init__(self, gate: Gate, events: MemoryEvents) -> None:
        self._gate, self._events = gate, events

    def forget(self, orchestrator: str, before: int, tasks: Collection[str], runs: Collection[str]) -> int:
        """Delete records of tasks, their steps and runs that are not among these and older than `before` (µs)."""
        events = self._events
        with self._gate.held():
            old_tasks = [k for k, t in events.tasks.items() if k[0] == orchestrator and t.updated[0] < before]
            old_steps = [k for k, s in events.steps.items() if k[0] == orchestrator and s.updated[0] < before]
            old_runs = [k for k, r in events.runs.items() if r.name == orchestrator and (r.ended or before) < before]
            gone = [events.tasks.pop(k) for k in old_tasks if k[1] not in tasks]
            steps = [events.steps.pop(k) for k in old_steps if k[1] not in tasks]
            return len(gone) + len(steps) + len([events.runs.pop(k) for k in old_runs if k not in runs])

    def examine(self) -> None:
        """Nothing to do."""
        with self._gate.held():
            pass

    def named(self, values: Collection[str]) -> set[str]:
        """Which of these side files an event here still names."""
        with self._gate.held():
            rows = [row.payload for writer in self._events.writers.values() for row in writer.rows.values()]
        return {value for value in values if any(value in payload for payload in rows)}

    def purge(self, needle: Needle, files: FilePurge) -> int:
        """A store that nobody runs holds nothing here."""
        with self._gate.held():
            return 0

    def settle(self) -> None:
        """Nothing to do."""
        with self._gate.held():
            return

    def rewrite(self, change: Callable[[str, bytes], bytes]) -> int:
        """Ask `change` (writer, payload) for each event that is as it was written; how many it changed."""
        changed = 0
        with self._gate.held():
            for name, writer in self._events.writers.items():
                digest = frame.digester(name)
                for number, row in writer.rows.items():
                    old = row.payload.encode()
                    if digest(number, old).hex() == row.digest and (new := change(name, old)) != old:
                        writer.rows[number] = StoredEvent(name, number, digest(number, new).hex(), new.decode())
                        changed += 1
        return changed

    def put(self, events: Collection[StoredEvent]) -> None:
        """Put these in the place of the events of the same writers and numbers, as far as those are here."""
        with self._gate.held():
            for event in events:
                writer = self._events.writers.get(event.writer)
                if writer is not None and event.number in writer.rows:
                    writer.rows[event.number] = event

    def compact(self) -> None:
        """Nothing to do."""
        with self._gate.held():
            pass

    def shrink(self) -> int:
        """Nothing to do."""
        with self._gate.held():
            return 0
