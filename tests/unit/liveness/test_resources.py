"""Samples of what a command uses are kept for a day and no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.liveness import resources
from jarvis_ctx.liveness.resources import Ring, Sample, samples


def sample(time: int) -> Sample:
    return Sample(time=time, rss=time * 1000, cpu=12.5, threads=3, files=4, processes=1, pid=7)


def kept(store: Path, *times: int) -> None:
    ring = Ring(resources.path_of(store, "jarvis"))
    for time in times:
        ring.add(sample(time))
    ring.close()


def test_samples_are_read_as_they_were_kept_oldest_first(store_path: Path) -> None:
    kept(store_path, 1, 2, 3)

    assert samples(store_path, "jarvis") == [sample(1), sample(2), sample(3)]
    assert resources.path_of(store_path, "jarvis").stat().st_mode & 0o777 == 0o600


def test_a_full_ring_forgets_the_oldest_and_goes_on_after_a_restart(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "SLOTS", 4)
    kept(store_path, 1, 2, 3, 4, 5)

    kept(store_path, 6)

    assert [one.time for one in samples(store_path, "jarvis")] == [3, 4, 5, 6]


def test_without_a_file_there_are_none(store_path: Path) -> None:
    assert samples(store_path, "jarvis") == []


def test_a_torn_file_gives_what_is_whole(store_path: Path) -> None:
    kept(store_path, 1, 2)
    path = resources.path_of(store_path, "jarvis")

    path.write_bytes(path.read_bytes()[:-3])

    assert samples(store_path, "jarvis") == [sample(1)]
