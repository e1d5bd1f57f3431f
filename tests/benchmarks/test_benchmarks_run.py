"""The benchmarks measure every figure that was promised, in a form that can be read; no test asserts a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import dashboard
from tests.benchmarks.__main__ import FIGURES, main
from tests.benchmarks.figure import QUICK, Figure
from tests.benchmarks.report import page, table
from tests.benchmarks.rounds import extra, interleaved, p50, p99, ratio

ROOT = Path(__file__).parents[2]
PATIENCE = 900
"""Seconds that all figures may take where others keep the machine busy; half a minute where nobody does."""
PROMISED = {
    "captured `update_task_progress`": {(0.7, 0.35), (1.0, 0.5)},
    "the same beside one CPU-bound": {(0.1, None)},
    "a decorated method": {(25, 12)},
    "start to state rebuilt": {(0.3, 0.15), (0.4, None), (2, None)},
    "added memory, core": {(40, 25)},
    "`import jarvis_ctx`": {(0.25, 0.1)},
    '`durability="power"`, 16 threads': {(8, None)},
    "drain beside one CPU-bound": {(10_000, None)},
    "checkpoint of": {(5, None), (30, None)},
    "a caller's longest stall": {(5, None)},
    "a captured call with": {(1.1, None)},
    "a day of typical use": {(10, None)},
    "`status`, embedded server": {(2, None)},
    "`task-progress` (100 of 10,000), embedded": {(2, None)},
    "`jarvis-ctx serve`, 16 connections": {(0.6, None)},
    "a captured call while 16 connections": {(2, None)},
    "added memory with `serve=True`": {(70, None)},
    "memory that `jarvis-ctx serve` beside it adds": {(1, None)},
    "event appended to seen by a WebSocket client": {(2, None), (60, None)},
    "200 live streams, one of them stuck": {(0, None)},
    "the same: memory the server grows by": {(40, None)},
    "first paint of the dashboard's slowest view": {(1_000, None)},
    "captured call to seen on the dashboard's board": {(100, None)},
    "supervised restart": {(1, None)},
    "`JarvisSaver.put` + `put_writes` over `SqliteSaver`": {(0.25, None), (1.0, None)},
    "a trivial superstep": {(1.15, None)},
    "bytes written for 100 supersteps": {(5, None)},
    "`get_tuple` with": {(1.5, None)},
}
"""How a figure's name begins, and its reach and aim."""


pytestmark = pytest.mark.timeout(PATIENCE + 60)


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_one_command_measures_every_promised_figure(measured: dict[str, Any]) -> None:
    figures = [figure for found in measured["figures"].values() for figure in found]

    targets = {
        start: {(f["reach"], f["aim"]) for f in figures if f["what"].startswith(start)} - {(None, None)}
        for start in PROMISED
    }

    assert targets == PROMISED
    assert measured["figures"].keys() == FIGURES.keys()


def test_every_figure_says_what_was_measured_how_often_and_whether_it_is_met(measured: dict[str, Any]) -> None:
    figures = [figure for found in measured["figures"].values() for figure in found]

    said = {figure["verdict"] for figure in figures}

    assert said <= {"aim met", "reach met", "not met", "no target", "not measured"}
    assert all(figure["rounds"] and figure["unit"] and figure["details"] for figure in figures)


def test_the_machine_is_described_without_its_name(measured: dict[str, Any]) -> None:
    facts = measured["machine"]

    assert facts.keys() == {"processor", "system", "Python", "SQLite", "file system"}


def test_a_figure_over_its_reach_is_called_not_met() -> None:
    figure = Figure(what="a call", value=0.71, unit="×", reach=0.7, aim=0.35, rounds="2 rounds")

    lines = table({"call": [figure]})

    assert lines[-1] == "| a call | 0.71 × | ≤ 0.7 × | ≤ 0.35 × | not met | call |"


def test_a_figure_of_which_more_is_better_is_met_from_its_reach_on() -> None:
    figures = [
        Figure(what="a drain", value=value, unit="/s", reach=10, least=True, rounds="2 rounds") for value in (9.9, 10)
    ]

    lines = table({"drain": figures})

    assert lines[-2:] == [
        "| a drain | 9.9 /s | ≥ 10 /s | – | not met | drain |",
        "| a drain | 10 /s | ≥ 10 /s | – | reach met | drain |",
    ]


def test_what_this_machine_cannot_measure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "CHROMIUM", None)
    figures = dashboard.measure(QUICK)

    lines = table({"dashboard": figures})

    assert [figure.verdict for figure in figures] == ["not measured"] * 4
    assert all(figure.details == ["There is no chromium on this machine."] for figure in figures)
    assert lines[-1].endswith("| – | ≤ 100 ms | – | not measured | dashboard |")


def test_the_page_names_the_command_of_each_figure() -> None:
    figure = Figure(what="a call", value=0.3, unit="×", reach=0.7, aim=0.35, rounds="2 rounds")

    written = page({"call": [figure]}, {"Python": "3.11"}, seconds=3)

    assert "`python -m tests.benchmarks --only call`" in written
    assert "aim met" in written


def test_rounds_alternate_and_the_first_of_each_side_is_not_counted() -> None:
    order: list[str] = []

    def noting(side: str) -> list[float]:
        order.append(side)
        return [float(len(order))]

    measured = interleaved({"A": lambda: noting("A"), "B": lambda: noting("B")}, rounds=2)

    assert order == ["A", "B", "A", "B", "A", "B"]
    assert measured == {"A": [[3.0], [5.0]], "B": [[4.0], [6.0]]}


def test_a_ratio_is_taken_within_each_round() -> None:
    slow_then_fast, other = [[10.0] * 100, [1.0] * 100], [[20.0] * 100, [2.0] * 100]

    assert ratio(slow_then_fast, other, p50) == 0.5
    assert p99([float(n) for n in range(100)]) == 99.0


def test_what_one_side_has_over_another_is_measured_in_a_third_of_the_same_round() -> None:
    slow_then_fast, plain, bare = [[14.0] * 9, [1.4] * 9], [[4.0] * 9, [0.4] * 9], [[5.0] * 9, [0.5] * 9]

    assert extra(slow_then_fast, plain, bare, p50) == pytest.approx(2)


def test_an_unknown_figure_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])

    assert "captured_call" in capsys.readouterr().err
