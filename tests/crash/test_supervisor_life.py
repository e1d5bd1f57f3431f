"""A supervised command runs once at a time and leaves nothing behind, in whatever order who dies."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import psutil
import pytest

from jarvis_ctx.liveness import processes, supervised
from tests.crash.harness import Stage
from tests.crash.supervising import MORTAL, ROUND, Watch, Watched, cause
from tests.faces.cli.processes import COMMAND, ROOT

pytestmark = pytest.mark.crash
FAMILY = ["sh", "-c", 'sleep 1000 & setsid sleep 1000 & echo \'{"event": "began"}\'; wait']
"""A command with a child in its own session and one that has left it."""


def gone(pids: list[int]) -> bool:
    """Whether all of them end, or have ended."""
    return psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)[1] == []


def killed(pid: int) -> None:
    """Kill it, unless its end has been brought about by another's."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def stopped(pid: int) -> None:
    """Wait until it stands still."""
    while not processes.is_stopped(pid):
        os.sched_yield()


def family(watched: Watched) -> list[int]:
    """The command and all it has started."""
    command = psutil.Process(watched.pid)
    while len(found := [watched.pid, *(child.pid for child in command.children(recursive=True))]) < 3:
        os.sched_yield()
    return found


def test_a_command_that_dies_is_started_again_and_its_recovery_carries_on(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    first = watched.begun()

    watched.kill()

    assert first["after"] == ""
    assert watched.said("restarting")["restart"] == 1
    assert watched.begun()["after"] == "killed"


def test_after_an_exit_code_that_means_failure_finished_work_is_not_done_again(
    watch: Watch, stage: Stage, tmp_path: Path
) -> None:
    outbox = tmp_path / "outbox"

    watched = watch(stage.store, [sys.executable, "-m", "tests.crash.labourer", str(outbox)])

    assert (watched.said("ended")["exit_code"], watched.over()["exit_code"]) == (3, 0)
    assert outbox.read_text().split() == ["one", "two", "three"]


def test_the_wait_for_a_restart_is_under_five_seconds(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, ["sh", "-c", "kill -9 $$"], max_restarts=4)

    pauses = [watched.said("restarting")["seconds"] for _ in range(4)]

    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] < 2.5


def test_a_crash_loop_trips_the_breaker_and_leaves_the_state_ready(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "leave_at_once"], max_restarts=2)

    said = [watched.said("restarting", "gave-up")["event"] for _ in range(3)]

    assert said == ["restarting", "restarting", "gave-up"]
    assert watched.over()["tripped"]
    assert "it was restarted 2 times" in supervised.all_of(stage.store)[0].gave_up
    found = cause(stage.store)
    assert found is not None
    assert found.cause == "exited"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_command_has_started_ends_with_it(watch: Watch, stage: Stage, number: signal.Signals) -> None:
    watched = watch(stage.store, FAMILY, restart="never")
    watched.begun()
    pids = family(watched)

    watched.kill(number)

    assert watched.over()["exit_code"] == 128 + number
    assert gone(pids)


@pytest.mark.parametrize("away", ["", "setsid "], ids=["in its session", "as a daemon"])
def test_what_a_command_that_ends_well_has_left_in_the_background_is_named_and_ended(
    watch: Watch, stage: Stage, away: str
) -> None:
    script = f'{away}sleep 1000 & echo "{{\\"event\\": \\"left\\", \\"pid\\": $!}}"'
    watched = watch(stage.store, ["sh", "-c", script])
    left = watched.said("left")["pid"]

    ended = watched.said("ended")

    assert (ended["failed"], watched.over()["exit_code"]) == (False, 0)
    assert gone([left])
    told = supervised.read(stage.store, "jarvis")
    assert told is not None
    assert f"Process {left} (sleep 1000), left in the background, cannot be watched" in told.deaths[-1].sentence


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_supervisor_that_is_asked_to_end_passes_it_on_and_ends_with_all_of_it(
    watch: Watch, stage: Stage, number: signal.Signals
) -> None:
    watched = watch(stage.store, FAMILY, restart="always")
    watched.begun()
    pids = family(watched)

    watched.supervisor.signal(number)

    assert watched.over()["exit_code"] == 128 + number
    assert gone(pids)


def test_a_command_that_will_not_end_is_killed_after_its_grace_and_nobody_is_to_blame(
    watch: Watch, stage: Stage
) -> None:
    watched = watch(stage.store, [*MORTAL, "ignore"], term_grace=0.3)
    watched.said("ignores")

    watched.supervisor.signal(signal.SIGTERM)

    assert (watched.said("ended")["how"], watched.over()["exit_code"]) == ("stopped", 137)
    found = cause(stage.store)
    assert found is not None
    assert (found.cause, found.explained) == ("stopped", True)


def test_a_second_ctrl_c_kills_a_command_that_does_not_end(watch: Watch, stage: Stage) -> None:
    deaf = "trap '' INT; echo '{\"event\": \"deaf\"}'; exec sleep 1000"
    watched = watch(stage.store, ["sh", "-c", deaf], term_grace=1000)
    watched.said("deaf")

    watched.supervisor.signal(signal.SIGINT)
    watched.said("stopping")
    watched.supervisor.signal(signal.SIGINT)

    assert (watched.said("ended")["how"], watched.over()["exit_code"]) == ("stopped", 137)


def test_the_command_goes_on_when_its_supervisor_is_killed_and_is_not_started_twice(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    watched.supervisor.kill()

    refused = watch(stage.store, [*MORTAL, "wait"]).said("LeftRunning")
    assert refused["pid"] == watched.pid
    assert psutil.Process(watched.pid).status() != psutil.STATUS_ZOMBIE
    watched.kill()
    assert gone([watched.pid])


def test_a_command_left_behind_is_adopted_and_started_again_when_it_dies(watch: Watch, stage: Stage) -> None:
    left = watch(stage.store, [*MORTAL, "wait"])
    left.begun()
    left.supervisor.kill()

    watched = watch(stage.store, [*MORTAL, "wait"], adopt=True)
    watched.said("adopted")
    adopted = watched.pid
    watched.kill()

    assert adopted == left.pid
    assert watched.said("ended")["how"] in ("signal", "unseen")
    assert watched.begun()["pid"] != adopted


def test_an_adopted_command_that_ends_cleanly_is_not_started_again(watch: Watch, stage: Stage) -> None:
    left = watch(stage.store, [*MORTAL, "wait"])
    left.begun()
    left.supervisor.kill()

    watched = watch(stage.store, [*MORTAL, "wait"], adopt=True)
    watched.said("adopted")
    watched.kill(signal.SIGTERM)

    assert watched.said("ended")["failed"] is False
    assert watched.over()["exit_code"] in (0, 143)
    assert cause(stage.store) is None


def test_an_adopted_command_that_is_killed_has_not_ended_well(watch: Watch, stage: Stage) -> None:
    left = watch(stage.store, [*MORTAL, "wait"])
    left.begun()
    left.supervisor.kill()

    watched = watch(stage.store, [*MORTAL, "wait"], adopt=True, restart="never")
    watched.said("adopted")
    watched.kill()

    assert watched.over()["exit_code"] in (1, 137)


def test_a_death_that_nobody_saw_since_the_supervisor_was_killed_first_is_told_so(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    watched.supervisor.kill()
    watched.kill()
    assert gone([watched.pid])

    found = cause(stage.store)
    assert found is not None
    assert found.cause == "supervisor-killed"


def test_the_orphans_of_a_command_whose_supervisor_was_killed_end_before_the_next_start(
    watch: Watch, stage: Stage
) -> None:
    watched = watch(stage.store, ["sh", "-c", FAMILY[2].replace("setsid ", "")])
    watched.begun()
    pids = family(watched)
    watched.supervisor.kill()
    watched.kill()
    assert gone([watched.pid])

    watched = watch(stage.store, ["true"])

    assert watched.over()["exit_code"] == 0
    assert gone(pids)


@ROUND
@pytest.mark.parametrize("order", list(permutations(("supervisor", "command", "grandchild"))), ids="-".join)
def test_in_whatever_order_they_are_killed_one_command_runs_and_nothing_is_left(
    watch: Watch, stage: Stage, order: tuple[str, ...], round: int
) -> None:
    first = watch(stage.store, FAMILY)
    first.begun()
    pids = dict(zip(("command", "child", "grandchild"), family(first), strict=True))
    for who in order:
        killed(first.supervisor.pid if who == "supervisor" else pids[who])

    second = watch(stage.store, FAMILY, adopt=True)
    second.said("started", "adopted")
    running = [second.pid, *(child.pid for child in psutil.Process(second.pid).children(recursive=True))]
    second.supervisor.signal(signal.SIGTERM)

    assert second.over()["exit_code"] in (143, 1)
    assert gone([*pids.values(), *running])


def test_a_supervisor_of_another_name_tells_of_whatever_orchestrator_it_runs(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"], name="outer", restart="never")
    watched.begun()

    watched.kill()
    watched.over()

    found = cause(stage.store)
    assert found is not None
    assert found.sentence.startswith("It was ended by SIGKILL (kill -9) from outside")


def test_a_signal_to_an_orchestrator_within_a_shell_is_named(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, ["sh", "-c", f"{shlex.join([*MORTAL, 'wait'])}; exit $?"], restart="never")
    pid = watched.begun()["pid"]

    os.kill(pid, signal.SIGKILL)

    assert watched.over()["exit_code"] == 137
    found = cause(stage.store)
    assert found is not None
    assert (found.cause, found.evidence["signal"]) == ("killed", "SIGKILL")


def test_a_second_supervisor_of_the_name_is_refused(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    refused = watch(stage.store, [*MORTAL, "wait"], adopt=True).said("AlreadySupervised")

    assert refused["pid"] == watched.supervisor.pid


def test_an_orchestrator_that_runs_without_a_supervisor_is_not_started_beside_it(watch: Watch, stage: Stage) -> None:
    child = stage.open(threads=1, calls=1)

    refused = watch(stage.store, [*MORTAL, "wait"]).said("RunsUnwatched")

    assert refused["pid"] == child.pid


def test_a_process_that_stands_still_is_no_death_and_goes_on(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    watched.kill(signal.SIGSTOP)
    stopped(watched.pid)
    silent = watched.supervisor.lives_for(1.0)
    watched.kill(signal.SIGCONT)
    watched.kill(signal.SIGTERM)

    assert silent
    assert watched.said("ended")["failed"] is False


def test_a_process_that_stands_still_beyond_the_hang_timeout_is_killed_first_and_then_replaced(
    watch: Watch, stage: Stage
) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"], hang_timeout=2.0)
    first = watched.begun()["pid"]

    watched.kill(signal.SIGSTOP)

    assert watched.said("ended")["how"] == "hang"
    assert gone([first])
    assert watched.begun()["after"] == "hang"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make process namespaces")
def test_as_the_first_process_of_a_container_it_reaps_what_others_leave_and_ends_by_sigterm(tmp_path: Path) -> None:
    orphans = (
        "for n in 1 2 3; do (sh -c 'sleep 0.01 & true' &); done; sleep 0.3; ps -eo stat=,pid= > seen; exec sleep 1000"
    )
    inner = [*COMMAND, "run", "--path", "store", "--", "sh", "-c", orphans]
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}"}
    unshared = ["unshare", "-pf", "--mount-proc", "--kill-child", *inner]
    with subprocess.Popen(unshared, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as container:
        while not (tmp_path / "seen").exists() or len((tmp_path / "seen").read_text().split()) < 6:
            os.sched_yield()
        first = psutil.Process(container.pid).children()[0]

        first.terminate()

        assert container.wait(timeout=10) == 143
    seen = (tmp_path / "seen").read_text()
    assert "Z" not in seen
    assert " 1\n" in seen


def test_a_command_that_does_not_exist_is_an_error_and_leaves_nothing_behind(watch: Watch, stage: Stage) -> None:
    said = watch(stage.store, ["no-such-program"]).said("CommandNotStarted")

    assert (said["command"], said["missing"]) == ("no-such-program", True)
    assert supervised.read(stage.store, "jarvis") is None


def test_what_runs_beside_dies_with_a_supervisor_that_is_killed(watch: Watch, stage: Stage, tmp_path: Path) -> None:
    told = tmp_path / "told"
    beside = (("sh", "-c", f"echo $$ > {told}; exec sleep 1000"),)
    watched = watch(stage.store, [*MORTAL, "wait"], beside=beside)
    watched.begun()
    pid = int(told.read_text())

    watched.supervisor.kill()

    assert gone([pid])
    watched.kill()
