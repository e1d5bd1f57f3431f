"""The kernel's counters of out-of-memory kills, in both versions of control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.supervisor.oom import LOOKBACK, OomKills, counter_file

V1 = (
    "7:cpu:/\n4:memory:/app/a\n0::/\n",
    "30 24 0:27 /app {mount} rw - cgroup cgroup rw,memory\n",
    "memory.oom_control",
)
V2 = ("0::/app/a\n", "30 24 0:27 / {mount} rw - cgroup2 cgroup2 rw\n", "memory.events")
PLACES = {"memory.oom_control": "a", "memory.events": "app/a"}


class Machine:
    """A machine on which process 7 is in a group whose counter can be set."""

    def __init__(self, folder: Path, groups: str, mounts: str, file: str) -> None:
        self.proc, mount = folder / "proc", folder / "cgroup"
        (self.proc / "7").mkdir(parents=True)
        (self.proc / "self").mkdir()
        (self.proc / "7" / "cgroup").write_text(groups)
        (self.proc / "self" / "mountinfo").write_text(mounts.format(mount=mount))
        self.counter = mount / PLACES[file] / file
        self.counter.parent.mkdir(parents=True)
        self.killed(0)

    def killed(self, times: int) -> None:
        self.counter.write_text(f"low 0\noom 4\noom_kill {times}\n")


@pytest.fixture(params=[V1, V2], ids=["v1", "v2"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    return Machine(tmp_path, *request.param)


def test_the_counter_of_a_process_s_group_is_found(machine: Machine) -> None:
    assert counter_file(7, machine.proc) == machine.counter
    assert counter_file(8, machine.proc) is None


def test_a_kill_of_this_moment_is_counted(machine: Machine) -> None:
    kills = OomKills(machine.proc)
    machine.killed(3)
    kills.look(7, 0.0)

    machine.killed(4)
    kills.look(7, 1.0)

    assert kills.recent(2.0) == 1


def test_a_kill_of_a_while_ago_is_somebody_else_s(machine: Machine) -> None:
    kills = OomKills(machine.proc)
    kills.look(7, 0.0)
    machine.killed(1)
    kills.look(7, 1.0)

    kills.look(7, 2.0 + LOOKBACK)

    assert kills.recent(3.0 + LOOKBACK) == 0


def test_a_process_that_is_about_to_end_is_still_of_its_group(machine: Machine) -> None:
    kills = OomKills(machine.proc)
    kills.look(7, 0.0)
    machine.killed(1)
    (machine.proc / "7" / "cgroup").write_text("4:memory:/\n0::/\n")

    kills.look(7, 0.1)

    assert kills.recent(0.2) == 1


def test_a_process_that_was_moved_is_followed(machine: Machine) -> None:
    kills, groups = OomKills(machine.proc), (machine.proc / "7" / "cgroup").read_text()
    (machine.proc / "7" / "cgroup").write_text(groups.replace("/app/a", "/app/b"))
    other = machine.counter.parent.with_name("b") / machine.counter.name
    other.parent.mkdir()
    other.write_text("oom_kill 5\n")
    kills.look(7, 0.0)
    (machine.proc / "7" / "cgroup").write_text(groups)
    kills.look(7, 0.1)

    machine.killed(2)

    assert kills.recent(0.2) == 2


def test_the_kills_of_a_group_before_a_process_came_into_it_are_not_its_own(machine: Machine) -> None:
    kills = OomKills(machine.proc)
    (machine.proc / "7" / "cgroup").write_text("1:cpu:/\n")
    kills.look(7, 0.0)
    machine.killed(9)

    assert kills.recent(0.5) == 0
