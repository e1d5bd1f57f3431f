"""The cleaner: says in the journal what goes, and then removes it; killed anywhere and done again, it is the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import HOUR, MICROSECONDS
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import archive, forks, read
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.values import FOLDER as VALUES
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.cut import CUT
from jarvis_ctx.model.state import State
from jarvis_ctx.retention import cutting
from jarvis_ctx.retention.leaving import Leaving
from jarvis_ctx.retention.ports import Upkeep
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.retention.survey import Cleanup, survey

if TYPE_CHECKING:
    from jarvis_ctx.graphs.source import Source
    from jarvis_ctx.retention.freeing import Freeing
    from jarvis_ctx.retention.threads import Drop

YOUNG = HOUR
"""A side file this young (µs) may belong to an event that is only now being written."""


class Premises(msgspec.Struct, frozen=True, kw_only=True):
    """The opened store of one orchestrator, whose run lock is held."""

    folder: Path
    files: CheckpointFiles
    events: EventStore
    upkeep: Upkeep
    values: Values


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
        source: Callable[[], Source],
        now: Callable[[], int],
    ) -> None:
        """`settle` makes what was appended durable, in the journal and in the store, and takes a checkpoint of it.

        `source` is where threads and sessions are read.
        """
        self._premises, self._rules, self.state = premises, rules, state
        self._append, self._settle, self._source, self._now = append, settle, source, now
        self._lock = threading.Lock()
        forks.renew_lock(self)

    @property
    def _leaving(self) -> Leaving:
        return Leaving(self._premises.folder / "journal", self.state().name)

    def look(self) -> Cleanup:
        """What would go now."""
        from jarvis_ctx.retention.looking import look

        premises = self._premises
        return look(premises.folder, self.state(), premises.files, self._source(), self._rules, self._now())

    def clean(self) -> Cleanup:
        """Remove it. Raises `StoreUnavailable`, `StoreDamaged` before anything is removed, and `OSError`; what is left
        then goes next time.
        """
        from jarvis_ctx.retention.threads import counts, drops, spent_events

        with self._lock:
            self._premises.upkeep.examine()  # What goes is found by columns that no digest covers.
            source, now = self._source(), self._now()
            dropped = counts(self._told(drops(source, self._rules, self.state(), now)))
            freed = self._freeing().free(spent_events(source, now, self._rules.horizon(now)))
            return self._clean(self._survey(dropped, freed))

    def _told(self, dropped: Iterator[Drop]) -> Iterator[Drop]:
        for drop in dropped:
            self._append(*drop)
            yield drop

    def _survey(self, dropped: dict[str, int], freed: int) -> Cleanup:
        found = survey(self._premises.folder, self.state(), self._premises.files, self._rules, self._now())
        return replace(found, **dropped, freed=freed)

    def _freeing(self) -> Freeing:
        from jarvis_ctx.retention.freeing import Freeing

        premises = self._premises
        folder = premises.folder / "journal"
        return Freeing(folder, self.state().name, premises.values, premises.upkeep, self._leaving.add)

    def _clean(self, found: Cleanup) -> Cleanup:
        for task in found.tasks:
            self._append("TaskRetired", task, {})
        if found.advances:
            self._append(CUT, found.orchestrator, found.cut.body())
        if found.advances or found.tasks or found.threads or found.graph_checkpoints:
            self._settle()
        self._remove_events(found)
        removed = self._remove_values()
        for name in (*found.reports, *found.moved_aside, *found.emergencies):
            (self._premises.folder / name).unlink(missing_ok=True)
        state, upkeep = self.state(), self._premises.upkeep
        upkeep.forget(state.name, found.cut.horizon, state.tasks.keys(), state.runs.keys())
        return replace(found, done=True, values=removed, database_bytes=upkeep.shrink())

    def _remove_events(self, found: Cleanup) -> None:
        """From the store first: what the archive still has, the next cleanup finds there."""
        cut, leaving = found.cut, self._leaving
        if cut.position:
            self._premises.events.cut(found.orchestrator, cut)
        for shred in cutting.shreds(self._premises.folder / "journal", found.orchestrator, cut):
            leaving.add(shred.values)
            if shred.segment.opening is not None:
                archive.replace(shred.archived, shred.segment.opening, shred.stays)

    def _remove_values(self) -> int:
        """Remove those side files that are to go and that no event names any more.

        A young one has another turn, and all of them have while an archive cannot be read.
        """
        journal, leaving, removed = self._premises.folder / "journal", self._leaving, 0
        values, young = leaving.names(), set()
        named = _named_in_files(journal) if values else set()
        if named is None:
            return 0
        named |= self._premises.upkeep.named(values) if values else set()
        for path in (journal / VALUES / value for value in values - named):
            with suppress(FileNotFoundError):  # Another orchestrator's cleanup may have noted it, too.
                if path.stat().st_mtime * MICROSECONDS >= self._now() - YOUNG:  # Now: it may just have been taken up.
                    young.add(path.name)
                else:
                    path.unlink()
                    removed += 1
        leaving.put(young)
        return removed


def _named_in_files(journal: Path) -> set[str] | None:
    """The side files that the journal's events name; None as long as there is an archive that cannot be read."""
    named: set[str] = set()
    try:
        for archived in archive.listing(journal / "archive"):
            named.update(_named(archive.read_archived(archived)))
    except (CorruptData, OSError):
        return None
    for path in read.segment_files(journal):
        named.update(_named(read.read_segment(path)))
    return named


def _named(segment: read.SegmentData) -> Iterator[str]:
    return (value for found in segment.frames for value in cutting.references(segment.writer, found))
