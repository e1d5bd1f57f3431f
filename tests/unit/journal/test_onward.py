"""Who follows a writer reads its segment from where it stopped, and to its end only where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.journal import frame, onward
from jarvis_ctx.journal.journal import Journal

SMALL = {"note": "x" * 100}


def written(journal: Journal, *bodies: dict[str, str]) -> Path:
    """The segment of a writer, with an event of each body."""
    for body in bodies:
        journal.append("TaskProgressed", "t", body)
    return journal.writer.segment.path


def test_only_what_was_appended_since_is_given(journal: Journal) -> None:
    path = written(journal, *[SMALL] * 5)
    before = onward.frames(path, 0, 3)
    assert before is not None
    third = next(each for each in before if each.number == 3 and each.magic == frame.EVENT)

    found = onward.frames(path, third.offset + frame.size(len(third.payload)), 5)

    assert [each.number for each in found or []] == [4, 5]
    assert frame.at(path.read_bytes(), (found or [])[0].offset, journal.writer.writer) == (found or [])[0]


def test_an_event_that_is_larger_than_the_first_step_is_read(journal: Journal) -> None:
    path = written(journal, SMALL, {"note": "x" * (3 * onward.STEP)})

    assert [each.number for each in onward.frames(path, 0, 2) or [] if each.magic == frame.EVENT] == [1, 2]


@pytest.mark.parametrize("last", [6, 1 << 40])
def test_an_event_that_is_not_there_is_not_made_up(journal: Journal, last: int) -> None:
    path = written(journal, *[SMALL] * 5)

    assert onward.frames(path, 0, last) is None


def test_damage_on_the_way_asks_for_a_closer_look(journal: Journal) -> None:
    path = written(journal, *[SMALL] * 5)
    second = next(each for each in onward.frames(path, 0, 2) or [] if each.number == 2)
    with path.open("r+b") as file:
        file.seek(second.offset + frame.BEFORE)
        file.write(b"\0")

    assert onward.frames(path, 0, 5) is None
    assert onward.frames(path, 0, 1) is not None
