"""The kernel's out-of-memory kill is told from a person's kill -9, by the counters of control groups."""

from __future__ import annotations

import shlex
import signal

import pytest

from tests.crash.harness import Stage
from tests.crash.small_groups import reason_against, small_group
from tests.crash.supervising import MORTAL, ROUND, Watch, cause

pytestmark = pytest.mark.crash
KINDS = [
    pytest.param(kind, marks=pytest.mark.skipif(bool(why := reason_against(kind)), reason=why))
    for kind in ("cgroup", "cgroup2")
]
LIMIT = 60_000_000


@ROUND
@pytest.mark.parametrize("kind", KINDS)
def test_an_out_of_memory_kill_is_told_as_such(watch: Watch, stage: Stage, kind: str, round: int) -> None:
    with small_group(kind, LIMIT) as group:
        command = f"echo $$ > {group}/cgroup.procs; exec {shlex.join([*MORTAL, 'devour'])}"
        over = watch(stage.store, ["sh", "-c", command], restart="never").over()

    found = cause(stage.store)
    assert over["exit_code"] == 137
    assert found is not None
    assert (found.cause, found.evidence["oom_kills"]) == ("oom-killed", 1)


@ROUND
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_9_in_a_group_with_little_memory_is_a_kill_9(watch: Watch, stage: Stage, kind: str, round: int) -> None:
    with small_group(kind, LIMIT) as group:
        command = f"echo $$ > {group}/cgroup.procs; exec {shlex.join([*MORTAL, 'wait'])}"
        watched = watch(stage.store, ["sh", "-c", command], restart="never")
        watched.begun()

        watched.kill(signal.SIGKILL)
        watched.over()

    found = cause(stage.store)
    assert found is not None
    assert (found.cause, found.evidence.get("oom_kills", 0)) == ("killed", 0)
