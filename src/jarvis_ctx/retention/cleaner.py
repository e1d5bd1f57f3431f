"""The cleaner: says in the journal what goes, and then removes it; killed anywhere and done again, it is the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import archive, forks, read
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.model.state import State
from jarvis_ctx.retention import cutting
from jarvis_ctx.retention.ports import Upkeep
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.retention.survey import Cleanup, survey

YOUNG = 3600 * MICROSECONDS
"""A side file this young (µs) may belong to an event that is only now being written."""


class Premises(msgspec.Struct, frozen=True, kw_only=True):
    """The opened store of one orchestrator, whose run lock is held."""

    folder: Path
    files: CheckpointFiles
    events: EventStore
    upkeep: Upkeep


class Cleaner:
    """Cleans up one orchestrator's part of a store."""

    def __init__(
        self,
        premises: Premises,
        rules: Rules,
        *,
        state: Callable[[], State],
        append: Callable[[str, str, dict[str, object]], object],
        settle: Callable[[], object],
        now: Callable[[], int],
    ) -> None:
        """`settle` makes what was appended durable, in the journal and in the store, and takes a checkpoint of it."""
        self._premises, self._rules, self.state = premises, rules, state
        self._append, self._settle, self._now = append, settle, now
        self._lock = threading.Lock()
        forks.renew_lock(self)

    def look(self) -> Cleanup:
        """What would go now."""
        return survey(self._premises.folder, self.state(), self._premises.files, self._rules, self._now())

    def clean(self) -> Cleanup:
        """Remove it. Raises `StoreUnavailable` and `OSError`; what is left then goes next time."""
        with self._lock:
            return self._clean(self.look())

    def _clean(self, found: Cleanup) -> Cleanup:
        for task in found.tasks:
            self._append("TaskRetired", task, {})
        if found.advances:
            self._append("RetentionCut", found.orchestrator, found.cut.body())
        if found.advances or found.tasks:
            self._settle()
        values = self._remove_events(found)
        removed = self._remove_values(values)
        for name in (*found.reports, *found.moved_aside, *found.emergencies):
            (self._premises.folder / name).unlink(missing_ok=True)
        state, upkeep = self.state(), self._premises.upkeep
        upkeep.forget(state.name, found.cut.horizon, state.tasks.keys(), state.runs.keys())
        return msgspec.structs.replace(found, done=True, values=removed, database_bytes=upkeep.shrink())

    def _remove_events(self, found: Cleanup) -> set[str]:
        """From the store first: what the archive still has, the next cleanup finds there."""
        cut, values = found.cut, set()
        if cut.position:
            self._premises.events.cut(found.orchestrator, cut)
        for shred in cutting.shreds(self._premises.folder / "journal", found.orchestrator, cut):
            values |= shred.values
            if shred.segment.opening is not None:
                archive.replace(shred.archived, shred.segment.opening, shred.stays)
        return values

    def _remove_values(self, values: set[str]) -> int:
        """Remove those of these side files that no event names any more."""
        journal, removed = self._premises.folder / "journal", 0
        left = values - self._premises.upkeep.named(values) - _named_in_files(journal, values) if values else set()
        for value in left:
            path = journal / "values" / value
            if path.exists() and path.stat().st_mtime * MICROSECONDS < self._now() - YOUNG:
                path.unlink()
                removed += 1
        return removed


def _named_in_files(journal: Path, values: set[str]) -> set[str]:
    """All of `values`, as long as there is an archive that cannot be read."""
    named: set[str] = set()
    for archived in archive.listing(journal / "archive"):
        try:
            segment = archive.read_archived(archived)
        except (CorruptData, OSError):
            return values
        named.update(v for found in segment.frames for v in cutting.references(segment.writer, found))
    for path in (path for paths in read.segment_paths(journal).values() for path in paths):
        segment = read.read_segment(path)
        named.update(v for found in segment.frames for v in cutting.references(segment.writer, found))
    return named
