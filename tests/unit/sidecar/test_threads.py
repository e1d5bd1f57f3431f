"""What is told of threads by several of our own threads at once is read back, the latest included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.graphs.history import ADDED, items, subject_of
from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.retention.aged import begin

SUBJECT = subject_of("talk")


def tell(manager: JarvisContextManager, item: str) -> int:
    return manager.threads.append(ADDED, SUBJECT, SUBJECT, {"items": [item]})


def test_one_who_told_earlier_and_returns_later_hides_nothing(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0, drain_interval=600) as manager:
        told, sink = list[int](), manager.threads._sink

        class Overtaken:
            """Loses its turn when the event is there, and before it says so."""

            def append(self, *given: Any, **named: Any) -> int:
                number = sink.append(*given, **named)
                monkeypatch.undo()
                manager.journal.drain_once()
                told.append(tell(manager, "later"))
                return number

        monkeypatch.setattr(manager.threads, "_sink", Overtaken())
        told.append(tell(manager, "earlier"))

        assert told[0] > told[1]  # The later one has returned first.
        assert items(manager.threads.source(SUBJECT), SUBJECT, None) == ["earlier", "later"]


def test_what_the_store_has_by_now_is_not_remembered_for_ever(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.sidecar.threads.MANY", 10)
    with begin(store_path, 0, drain_interval=600) as manager:
        for number in range(40):
            tell(manager, str(number))
            manager.flush()

        assert len(manager.threads._told) <= 10


@pytest.mark.parametrize("kind", [ADDED, "SessionCleared"])
def test_what_was_told_of_another_session_changes_nothing_of_the_one_it_is_found_under(
    store_path: Path, kind: str
) -> None:
    with begin(store_path, 0) as manager:
        tell(manager, "mine")
        other = subject_of("walk")
        manager.threads.append(kind, other, other, {"items": ["other"]} if kind == ADDED else {})
        manager.flush()
        with manager._opened.ground.store.events._database.transaction() as connection:
            connection.execute("UPDATE events SET subject = ? WHERE subject = ?", (SUBJECT, other))

        assert items(manager.threads.source(SUBJECT), SUBJECT, None) == ["mine"]
