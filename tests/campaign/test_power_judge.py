"""What a power loss may take, and what must be named, is judged by what was noted and by what is left."""

from __future__ import annotations

import shutil
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import WRITER as WRITER_MARK
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE
from tests.campaign import remembered, tail
from tests.crash import acknowledgements
from tests.crash.acknowledgements import Said
from tests.crash.check import Checked
from tests.crash.harness import Verdicts
from tests.crash.readings import Found
from tests.crash.verdict import Verdict
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


def test_a_segment_is_nobodys_when_neither_it_nor_its_mark_says_whose_it_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.journal() as journal:
        say(journal, 5)
    (segment,) = store.segments()
    behind = segment.frames[2].offset
    segment.path.write_bytes(bytes(behind) + segment.path.read_bytes()[behind:])
    named = remembered.look(tmp_path, "jarvis").gone

    (store.folder / "marks").unlink()
    with closing(Marks(store.folder / "marks", mapped=False)) as marks:
        marks.slot(WRITER_MARK, WRITER)

    assert (named, remembered.look(tmp_path, "jarvis").gone) == ({WRITER: {1, 2}}, {})


@pytest.mark.parametrize(("taken", "wrong"), [(9, []), (1, ["database: extra: 1.0.2, 1.0.3"])])
def test_what_came_through_behind_a_gap_is_kept_as_far_as_a_checkpoint_reaches(taken: int, wrong: list[str]) -> None:
    told = [f"1.0.{call}" for call in range(4)]
    first, _, *behind = [left(token, number) for number, token in enumerate(told, 1)]
    checked = Checked(
        events=first,
        database=[*first, *chain(*behind)],
        state={},
        contents={},
        position={},
        report=None,
        damage=[],
        opened=0.0,
    )
    verdicts = Verdicts(events=Verdict(), database=Verdict(), state=Verdict(), checked=checked)
    said = Said(frozenset(told), frozenset(told))

    found = tail.judged(said, verdicts, durable=frozenset(), taken={WRITER: taken}).wrong

    assert [one for one in found if one.startswith("database")] == wrong


@pytest.mark.parametrize("gone", [".json", ".pkl"])
def test_a_checkpoint_reaches_as_far_as_events_follow_on_it(store_path: Path, tmp_path: Path, gone: str) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.checkpoint()
        covered = manager.journal.writer.number
        manager.set_attribute("told", "since")
        copy = shutil.copytree(store_path, tmp_path / "copy")
    for path in (*copy.glob("checkpoints/*"), *copy.glob(f"{DATABASE}*")):
        if path.suffix == gone or path.parent == copy:
            path.unlink()

    (taken,) = remembered.look(copy, "jarvis").taken.values()

    assert taken == covered + 1


def left(token: str, number: int) -> list[Found]:
    """The events of a call."""
    return [Found(token, kind, True, (number, WRITER, number)) for kind in acknowledgements.kinds(token)]
