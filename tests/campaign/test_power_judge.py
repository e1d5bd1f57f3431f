"""What a power loss may take, and what must be named, is judged by what was noted and by what is left."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.journal.journal import Journal
from tests.campaign import remembered
from tests.crash import acknowledgements
from tests.unit.journal.build import Store, writer_id

WRITER = writer_id(1)
NOTES = """S 1.0.0 10.0
A 1.0.0 10.1
Z 0 10.2
A 1.0.1 10.3
Y 0 10.4
A 1.0.2 10.5
Z 1 11.4
A 1.0.3 11.5
"""


def test_a_call_is_covered_by_a_sync_that_began_after_its_return_and_is_through(tmp_path: Path) -> None:
    (notes := tmp_path / "notes").write_text(NOTES)

    assert acknowledgements.synced(notes) == {"1.0.0"}


def test_no_sync_was_at_work_from_the_end_of_one_to_the_beginning_of_the_next(tmp_path: Path) -> None:
    (notes := tmp_path / "notes").write_text(NOTES)
    (idle := tmp_path / "idle").write_text("\n".join(NOTES.splitlines()[:6]))

    assert acknowledgements.unsynced_for(notes, 20.0) == 1.0
    assert round(acknowledgements.unsynced_for(idle, 20.0), 3) == 9.6


def test_what_marks_segments_or_database_know_of_and_nothing_has_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.journal() as journal:
        say(journal, 5)
        (segment,) = store.segments()
        segment.path.write_bytes(segment.path.read_bytes()[: segment.frames[3].offset])

        known = remembered.look(tmp_path, "jarvis").gone
        (store.folder / "marks").unlink()

    assert known == {WRITER: {4, 5}}
    assert remembered.look(tmp_path, "jarvis").gone == {}


def say(journal: Journal, times: int) -> None:
    for n in range(times):
        journal.append("TaskProgressed", f"t{n}", {})
