"""Deaths are detected: none is missed and none is imagined, whatever process ids, boots, copies and clocks suggest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace

from jarvis_ctx.liveness.runfile import RunFile
from tests.unit.recovery.beginning import Place

HOUR = 3_600_000_000


@pytest.fixture
def place(store_path: Path) -> Place:
    return Place(store_path)


@pytest.fixture(scope="module")
def living() -> Iterator[int]:
    """The id of a process that has nothing to do with any store."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid


def ran_in(place: Place, **process: Any) -> None:
    """Let the run file say that the last run was in another process, where the system tells neither ticks nor image."""
    runfile = RunFile(place.path, place.settings.name)
    run = runfile.read()
    assert run is not None
    runfile.write(replace(run, process=replace(run.process, ticks=0, image=0, **process)))


def another_process_has_its_id(place: Place, pid: int) -> None:
    ran_in(place, pid=pid, created=psutil.Process(pid).create_time() - 600)


def this_process_has_its_id(place: Place, pid: int) -> None:
    ran_in(place, pid=os.getpid(), created=1.0)


def it_was_process_1_of_a_container(place: Place, pid: int) -> None:
    ran_in(place, pid=1, created=1.0)


def the_machine_was_restarted(place: Place, pid: int) -> None:
    ran_in(place, pid=pid, boot_id="another boot")


def it_ran_on_another_machine(place: Place, pid: int) -> None:
    ran_in(place, pid=pid, host="elsewhere")


def its_process_still_lives(place: Place, pid: int) -> None:
    ran_in(place, pid=pid, created=psutil.Process(pid).create_time())


def the_folder_was_copied(place: Place, pid: int) -> None:
    copy = place.path.with_name("copy")
    shutil.copytree(place.path, copy)
    place.path, place.settings = copy, replace(place.settings, path=str(copy))


def its_record_is_gone(place: Place, pid: int) -> None:
    RunFile(place.path, place.settings.name).path.unlink()


def its_record_is_empty(place: Place, pid: int) -> None:
    RunFile(place.path, place.settings.name).path.write_bytes(b"")


def its_record_is_garbage(place: Place, pid: int) -> None:
    RunFile(place.path, place.settings.name).path.write_bytes(b"\xff{garbage")


def its_lock_file_is_gone(place: Place, pid: int) -> None:
    RunFile(place.path, place.settings.name).lock_path.unlink()


TRACES: dict[Callable[[Place, int], None], str] = {
    another_process_has_its_id: "killed",
    this_process_has_its_id: "killed",
    it_was_process_1_of_a_container: "killed",
    the_machine_was_restarted: "power-loss",
    it_ran_on_another_machine: "unknown",
    its_process_still_lives: "unknown",
    the_folder_was_copied: "killed",
    its_record_is_gone: "killed",
    its_record_is_empty: "killed",
    its_record_is_garbage: "killed",
    its_lock_file_is_gone: "killed",
}
"""Each with the cause that a death then has."""
ALL = pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.__name__)


@ALL
def test_a_clean_end_is_never_taken_for_a_death(place: Place, living: int, trace: Callable[[Place, int], None]) -> None:
    with place.run("closed"):
        pass

    trace(place, living)

    with place.run("closed") as begun:
        assert (begun.plan, begun.run.epoch, place.reports()) == (None, 2, [])


@ALL
def test_a_death_is_never_missed_and_has_its_cause(
    place: Place, living: int, trace: Callable[[Place, int], None]
) -> None:
    with place.run() as dead:
        dead.journal.append("AttributeSet", "told", {"value": 1})

    trace(place, living)

    with place.run("closed") as begun:
        assert begun.plan is not None
        report = begun.plan.report
        assert (report.recovered_run, report.cause.cause, report.events_lost) == (dead.run.id, TRACES[trace], {})
        assert list(begun.journal.writer.state.attributes) == ["told"]


def test_a_forked_child_that_outlives_a_dead_run_keeps_nobody_from_recovering(place: Place) -> None:
    reading, writing = os.pipe()
    with place.run() as dead:
        child = os.fork()
        if child == 0:
            os.read(reading, 1)
            os._exit(0)

    with place.run("closed") as begun:
        assert begun.plan is not None
        assert begun.plan.report.recovered_run == dead.run.id

    os.write(writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("jump", [-HOUR, 24 * HOUR, -31 * 365 * 24 * HOUR], ids=["back", "a day on", "to 1995"])
def test_a_clock_that_jumps_while_a_run_writes_and_before_the_next_changes_no_order_and_loses_nothing(
    place: Place, jump: int
) -> None:
    with place.run() as dead:
        dead.journal.append("AttributeSet", "a", {"value": "first"})
        place.clock.time += jump
        dead.journal.append("AttributeSet", "a", {"value": "second"})
    place.clock.time += jump

    with place.run("closed") as begun:
        found = begun.journal.writer.state.attributes["a"].value
        begun.journal.append("AttributeSet", "a", {"value": "third"})

    assert begun.plan is not None
    assert (found, begun.plan.report.events_lost) == ("second", {})
    with place.run("closed") as last:
        assert (last.plan, last.journal.writer.state.attributes["a"].value) == (None, "third")


@pytest.mark.parametrize(
    "marker",
    [b"", b"\xff{garbage", b'{"jarvis":{"run":"nobody","begun":1}}', b'{"other":{"run":"theirs","begun":1}}'],
    ids=["empty", "garbage", "of an unknown run", "of another orchestrator"],
)
def test_a_death_is_found_once_whatever_the_marker_says(place: Place, marker: bytes) -> None:
    with place.run() as dead:
        pass
    (place.path / "CRASH_DETECTED").write_bytes(marker)

    with place.run("closed") as found:
        pass
    with place.run("closed") as later:
        pass

    assert found.plan is not None
    assert (found.plan.report.recovered_run, later.plan) == (dead.run.id, None)
