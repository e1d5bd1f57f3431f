"""Frees the room of events that nothing needs: in the archive, then in the store, each under its old number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.ports import Ref
from jarvis_ctx.graphs.records import CheckpointPut, body_of, remnant
from jarvis_ctx.graphs.records import read as record_of
from jarvis_ctx.graphs.spent import Spent
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.journal.sealed_bodies import composed
from jarvis_ctx.journal.values import Values, is_reference
from jarvis_ctx.model.event import FREED, THREAD_KINDS
from jarvis_ctx.retention.cutting import ours, references
from jarvis_ctx.retention.ports import Upkeep


class Freeing:
    """Frees events of one orchestrator. The archive comes first: what the store has not, the archive has not either."""

    def __init__(
        self,
        journal: Path,
        orchestrator: str,
        values: Values,
        upkeep: Upkeep,
        leaving: Callable[[set[str]], object],
    ) -> None:
        """`leaving` is told of the side files that these events name, before they do no more."""
        self._journal, self._orchestrator, self._values, self._upkeep = journal, orchestrator, values, upkeep
        self._leaving = leaving

    def free(self, spent: Spent) -> int:
        """Put an `EventFreed` in the place of each, or what stays of it, as far as they are archived; how many.

        Killed anywhere and done again, it is the same. Raises `StoreUnavailable` and `OSError`.
        """
        freed = 0
        for archived, refs in archived_of(self._journal, self._orchestrator, spent):
            try:
                segment = archive.read_archived(archived)
            except (CorruptData, OSError):
                continue  # It stays as it is; doctor names it.
            freed += self._free(archived, segment, {ref: spent[ref] for ref in refs})
        return freed

    def _free(self, archived: archive.Archived, segment: read.SegmentData, spent: Spent) -> int:
        changed = {
            found.number: self._payload(segment.writer, found, spent[segment.writer, found.number])
            for found in segment.frames
            if (segment.writer, found.number) in spent
        }
        stays = [(found.number, changed.get(found.number, found.payload)) for found in segment.frames]
        self._leaving(
            {v for found in segment.frames if found.number in changed for v in references(segment.writer, found)}
        )
        if segment.opening is not None and stays != [(found.number, found.payload) for found in segment.frames]:
            archive.replace(archived, segment.opening, stays)
        digest = frame.digester(segment.writer)
        self._upkeep.put(
            [StoredEvent(segment.writer, n, digest(n, text).hex(), text.decode()) for n, text in changed.items()]
        )
        return len(changed)

    def _payload(self, writer: str, found: frame.Frame, channels: frozenset[str]) -> bytes:
        try:
            number, time, run, kind, subject, stored = decoding.plain(found.payload)
            if kind not in THREAD_KINDS:
                return found.payload  # Freed already, or none of a thread's: whoever named it was wrong.
            if not channels:
                return composed(self._values.sealing, writer, [number, time, run, FREED, ""], b"{}")
            event = read.event(writer, found.payload, self._values)
            body = body_of(remnant(record_of(event.body, CheckpointPut, subject), channels))
        except (CorruptData, msgspec.DecodeError):
            return found.payload  # It stays as it is; doctor names it.
        return composed(self._values.sealing, writer, [number, time, run, kind, subject], self._body(stored, body))

    def _body(self, stored: dict[str, Any], body: dict[str, Any]) -> bytes:
        encoded = msgspec.json.encode(body)
        return msgspec.json.encode(self._values.put(encoded)) if is_reference(stored) else encoded


def archived_of(journal: Path, orchestrator: str, spent: Spent) -> Iterator[tuple[archive.Archived, list[Ref]]]:
    """The archived segments that hold some of these events, and which."""
    numbers: dict[str, list[int]] = {}
    for writer, number in sorted(spent):
        numbers.setdefault(writer, []).append(number)
    for archived in ours(journal, orchestrator):
        here = numbers.get(archived.writer, [])
        found = here[bisect_left(here, archived.first) : bisect_right(here, archived.last)]
        if found:
            yield archived, [(archived.writer, number) for number in found]
