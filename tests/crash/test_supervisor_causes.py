"""Each cause of death that a supervisor sees is in the next recovery report, and a clean end is none."""

from __future__ import annotations

import re
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.crash.harness import Stage
from tests.crash.supervising import MORTAL, ROUND, Watch, cause

pytestmark = pytest.mark.crash
PATTERN = Path("/proc/sys/kernel/core_pattern")
NO_CORE = (
    ""
    if PATTERN.exists() and re.fullmatch(r"[^|/]+", PATTERN.read_text()) and resource.getrlimit(resource.RLIMIT_CORE)[1]
    else "a core is not written beside its program here"
)
LIMITS: dict[str, dict[str, Any]] = {"hang": {"hang_timeout": 2.0}, "devour": {"memory_limit": 150_000_000}}
"""Who is to die of one; a slow machine is not to end the others by it."""


@ROUND
@pytest.mark.parametrize(
    ("way", "code", "named", "word"),
    [
        ("touch_nothing", 139, "fatal-signal", "Segmentation fault"),
        ("abort", 134, "fatal-signal", "Aborted"),
        ("leave_at_once", 7, "exited", "exit code 7"),
        ("exit_by_number", 3, "exited", "exit code 3"),
        ("raise_in_main", 1, "exception", "no such agent"),
        ("hang", 134, "hang", "no progress for"),
        ("devour", 137, "memory-limit", "over the limit of 150 MB"),
    ],
)
def test_a_death_by_itself_has_its_cause(
    watch: Watch, stage: Stage, way: str, code: int, named: str, word: str, round: int
) -> None:
    over = watch(stage.store, [*MORTAL, way], restart="never", **LIMITS.get(way, {})).over()

    found = cause(stage.store)
    assert over == {"event": "over", "exit_code": code, "tripped": False}
    assert found is not None
    assert found.cause == named
    assert word in found.sentence
    assert found.evidence["stderr"][0] == "the last it says"


@ROUND
@pytest.mark.parametrize(
    ("number", "named", "word"),
    [
        (signal.SIGKILL, "killed", "SIGKILL (kill -9) from outside"),
        (signal.SIGSEGV, "fatal-signal", "Segmentation fault"),
        (signal.SIGUSR1, "killed", "SIGUSR1"),
    ],
)
def test_a_death_by_somebody_s_signal_has_its_cause(
    watch: Watch, stage: Stage, number: signal.Signals, named: str, word: str, round: int
) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"], restart="never")
    watched.begun()

    watched.kill(number)

    assert watched.said("ended")["signal"] == number.name
    assert watched.over()["exit_code"] == 128 + number
    found = cause(stage.store)
    assert found is not None
    assert (found.cause, word in found.sentence) == (named, True)


@ROUND
@pytest.mark.parametrize("way", ["fall_off", "close"])
def test_a_clean_end_is_no_death_and_is_not_restarted(watch: Watch, stage: Stage, way: str, round: int) -> None:
    watched = watch(stage.store, [*MORTAL, way])

    assert watched.said("ended")["failed"] is False
    assert watched.over()["exit_code"] == 0
    assert cause(stage.store) is None


@ROUND
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGTERM, {143}), (signal.SIGINT, {1, 130})])
def test_who_is_asked_to_end_is_not_restarted(
    watch: Watch, stage: Stage, number: signal.Signals, codes: set[int], round: int
) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    watched.kill(number)

    assert watched.said("ended")["failed"] is False
    assert watched.over()["exit_code"] in codes  # Which of the two it is of a KeyboardInterrupt, Python decides.
    assert cause(stage.store) is None


@ROUND
@pytest.mark.parametrize(("way", "after"), [("become_another", "replaced"), ("close_and_become_another", "")])
def test_a_program_that_becomes_another_in_the_same_process_was_not_killed(
    watch: Watch, stage: Stage, way: str, after: str, round: int
) -> None:
    watched = watch(stage.store, [*MORTAL, way])

    began, went_on = watched.begun(), watched.said("began")

    assert (went_on["pid"], went_on["after"]) == (began["pid"], after)
    assert watched.over()["exit_code"] == 0
    assert cause(stage.store) is None


@ROUND
@pytest.mark.parametrize("way", [pytest.param("leave_a_core", marks=pytest.mark.skipif(bool(NO_CORE), reason=NO_CORE))])
def test_a_core_that_is_left_is_told_of(watch: Watch, stage: Stage, way: str, round: int) -> None:
    watch(stage.store, [*MORTAL, way], restart="never").over()

    found = cause(stage.store)

    assert found is not None
    assert (found.cause, found.evidence["core"]) == ("fatal-signal", True)
    assert found.sentence.endswith("It left a core.")


@pytest.mark.parametrize("way", ["compute", "beat"])
def test_a_main_thread_that_computes_or_waits_and_beats_does_not_hang(watch: Watch, stage: Stage, way: str) -> None:
    watched = watch(stage.store, [*MORTAL, way], hang_timeout=2.5)

    assert watched.said("ended")["failed"] is False


def test_the_stacks_of_all_threads_go_with_a_hang(watch: Watch, stage: Stage) -> None:
    """faulthandler breaks off, rarely, at a thread that runs just then, also the sidecar's: one of three is whole."""
    whole = list[str]()
    for _ in range(3):
        stage.begin_anew()
        watch(stage.store, [*MORTAL, "stand_still"], restart="never", hang_timeout=2.0).over()
        found = cause(stage.store)
        assert found is not None
        assert found.cause == "hang"
        if found.evidence["signal"] == "SIGABRT":
            whole.append(found.evidence["stacks"])
            break

    assert "in stand_still" in whole[0]
    assert "in _stand_beside" in whole[0]


def test_the_growth_before_the_memory_limit_is_told(watch: Watch, stage: Stage) -> None:
    watch(stage.store, [*MORTAL, "devour"], restart="never", memory_limit=200_000_000).over()

    found = cause(stage.store)

    assert found is not None
    assert found.evidence["growth"].startswith("RSS grew from ")
