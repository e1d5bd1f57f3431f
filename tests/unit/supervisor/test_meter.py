"""What a command uses is sampled every ten seconds, and its growth is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.liveness import processes, resources
from jarvis_ctx.liveness.processes import Usage
from jarvis_ctx.supervisor.meter import Meter

S = 1_000_000


@pytest.fixture
def meter(store_path: Path) -> Iterator[Meter]:
    meter = Meter(store_path, "jarvis")
    yield meter
    meter.close()


def uses(monkeypatch: pytest.MonkeyPatch, rss: int, cpu: float) -> None:
    used = Usage(rss=rss, cpu=cpu, threads=2, files=3, processes=1)
    monkeypatch.setattr(processes, "usage", lambda pids: used)


def test_the_first_sample_is_taken_after_a_second_and_then_one_every_ten(
    meter: Meter, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for second in range(23):
        uses(monkeypatch, rss=100, cpu=second / 2)
        meter.look(7, second * S)

    found = resources.samples(store_path, "jarvis")
    assert [(sample.time // S, sample.cpu) for sample in found] == [(1, 50.0), (11, 50.0), (21, 50.0)]


def test_growth_is_that_of_the_process_that_runs_now(meter: Meter, monkeypatch: pytest.MonkeyPatch) -> None:
    for second, rss in enumerate((100_000_000, 200_000_000, 900_000_000)):
        uses(monkeypatch, rss=rss, cpu=0)
        meter.look(7, second * S)
    told = meter.growth()

    meter.begin()
    meter.look(8, 3 * S)

    assert told == "RSS grew from 100 MB to 900 MB in the last 2.0 s."
    assert meter.growth() == ""


def test_a_real_process_is_measured(meter: Meter) -> None:
    assert meter.look(os.getpid(), S) > 1_000_000
