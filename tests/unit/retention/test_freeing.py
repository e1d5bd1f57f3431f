"""Only events of threads and sessions are freed, whatever names another one."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.journal import archive, read
from jarvis_ctx.retention.freeing import Freeing
from tests.unit.retention.aged import archived, begin


def test_an_event_of_no_thread_stays_as_it_is(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.journal.append("SessionCleared", '["session","one"]', {})
        manager.set_attribute("budget", 7)
        archived(manager)
        premises = manager.cleaner._premises
        before = kinds(store_path)
        named = [ref for ref, kind in before.items() if kind in ("SessionCleared", "AttributeSet")]

        freeing = Freeing(store_path / "journal", "jarvis", premises.values, premises.upkeep, lambda names: None)
        freeing.free(dict.fromkeys(named, frozenset()))

        freed = {ref: "EventFreed" for ref, kind in before.items() if kind == "SessionCleared"}
        assert (len(freed), len(named) > 1) == (1, True)
        assert kinds(store_path) == before | freed


def kinds(store: Path) -> dict[tuple[str, int], str]:
    """Of all archived events."""
    segments = [archive.read_archived(found) for found in archive.listing(store / "journal" / "archive")]
    return {(s.writer, f.number): read.event(s.writer, f.payload).kind for s in segments for f in s.frames}
