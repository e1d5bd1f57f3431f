"""What grows is seen, what does not is not, and a review that is not as the others is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.cycles import Cycles
from tests.soak.hour import KILLED, STEADY, Soak, Workload
from tests.soak.judge import MIB, judge, slope
from tests.soak.notes import Reader
from tests.soak.sample import Files, Latency, Process, Sample, Start
from tests.soak.workplace import Notes, Place

KINDS = ("segments", "archives", "values", "checkpoints", "reports", "database", "others")


def sample(at: float, *, memory: float = 40.0, processor: float = 1.0, checkpoints: int = 40) -> Sample:
    process = Process(pid=1, age=at, anonymous=int(memory * MIB), resident=0, descriptors=9, threads=3)
    counts = dict.fromkeys(KINDS, 5) | {"checkpoints": checkpoints}
    return Sample(
        at=at,
        deaths=0,
        cycles=0,
        calls=1000 + int(at),
        processes={"steady": process},
        latency={"steady": Latency(calls=100, median=2e-4, worst=1e-3)},
        starts=[Start(seconds=2.0, processor=processor)],
        files={kind: Files(count=count, size=1000 + int(at)) for kind, count in counts.items()},
    )


MOMENTS = range(0, 3600, 60)


def not_kept(samples: list[Sample]) -> list[str]:
    return [trend.what for trend in judge(samples) if not trend.holds]


def test_what_stays_as_it_is_keeps_every_limit() -> None:
    samples = [sample(at) for at in MOMENTS]

    trends = judge(samples)

    assert [trend.what for trend in trends if not trend.holds] == []
    assert len(trends) == 8


def test_memory_that_grows_by_a_mebibyte_a_minute_is_seen() -> None:
    assert not_kept([sample(at, memory=40 + at / 60) for at in MOMENTS]) == ["memory, steady"]


def test_a_start_that_becomes_slower_is_seen() -> None:
    assert not_kept([sample(at, processor=1 + at / 3600) for at in MOMENTS]) == ["processor time from start to work"]


def test_a_single_folder_full_of_checkpoints_is_seen() -> None:
    samples = [sample(at, checkpoints=500 if at == 1800 else 40) for at in MOMENTS]

    assert not_kept(samples) == ["files of the store, checkpoints"]


def test_a_slope_is_not_moved_by_outliers() -> None:
    points = [(float(at), 2.0 * at if at % 10 else 1e6) for at in range(1, 100)]

    assert slope(points) == pytest.approx(2.0)


def test_a_review_that_was_published_twice_is_wrong_and_its_file_stays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for cycle, lines in enumerate(['{"id": "a"}\n', '{"id": "a"}\n{"id": "a"}\n'], 1):
        place.effects(cycle).write_text(lines)
        place.report(cycle).write_text("the same")
        place.end(cycle)

    cycles = Cycles(place)
    cycles.look()

    assert (cycles.ended, [sentence.partition(": ")[2] for sentence in cycles.wrong]) == (
        2,
        ["a was published 2 times"],
    )
    assert [place.effects(cycle).exists() for cycle in (1, 2)] == [False, True]


def test_notes_are_read_on_from_where_they_were_read(tmp_path: Path) -> None:
    notes, reader = Notes(tmp_path / "notes"), Reader(tmp_path / "notes")
    notes.write(cycle=1)
    notes.write(calls=100, median=1.0, worst=3.0)
    reader.look()

    notes.write(calls=100, median=2.0, worst=4.0)

    assert reader.look() == (Latency(calls=100, median=2.0, worst=4.0), [])
    assert reader.calls == 200
    notes.close()


def test_reviews_before_the_soak_end_well_and_count_as_reviews(tmp_path: Path) -> None:
    few = ("--threads", "2", "--limit", "2")
    soak, shown = Soak(tmp_path, seed=1, workload=Workload(killed=few, steady=few)), list[int]()

    soak.age(2, shown.append)

    assert {name: soak.cycles[name].ended for name in (KILLED, STEADY)} == {KILLED: 2, STEADY: 2}
    assert (shown, soak.wrong, soak.verified()) == ([1, 2], [], [])
