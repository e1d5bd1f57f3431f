"""How a process ended that another one has started."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jarvis_ctx.liveness import identity
from jarvis_ctx.supervisor import child as module
from jarvis_ctx.supervisor.child import AdoptedChild, Reaper, Status

PARENT = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); print(p.pid, flush=True); p.wait()"
TOLD = tuple(map(int, platform.release().split(".")[:2])) >= (6, 15)


@contextmanager
def somebody_s(command: list[str]) -> Iterator[AdoptedChild]:
    """A process that another one has started, and that is adopted."""
    with subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        found = identity.of(int(parent.stdout.readline()))
        assert found is not None
        child = AdoptedChild(found, Reaper())
        yield child
        child.close()


def ended(child: AdoptedChild) -> Status:
    while (status := child.status()) is None:
        os.sched_yield()
    return status


@pytest.mark.skipif(not TOLD, reason="the kernel tells only a parent")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_kernel_tells_how_it_ended(number: signal.Signals) -> None:
    with somebody_s(["sleep", "1000"]) as child:
        living = child.status()

        child.signal(number)

        assert (living, ended(child)) == (None, Status(signal=number))


def test_where_the_kernel_does_not_tell_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "wait_status", lambda descriptor: None)
    monkeypatch.setattr(module, "REAPED", 0.01)

    with somebody_s(["sleep", "1000"]) as child:
        child.signal(signal.SIGKILL)

        assert ended(child) == Status()


def test_one_that_has_ended_before_cannot_be_adopted() -> None:
    with somebody_s(["sleep", "1000"]) as child:
        child.signal(signal.SIGKILL)

    with pytest.raises(ProcessLookupError):
        AdoptedChild(child.identity, Reaper())
