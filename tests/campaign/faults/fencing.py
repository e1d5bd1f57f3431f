"""SIGSTOP: who stands still keeps his place while he has the lock, and is refused when he was overtaken."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from itertools import count

from jarvis_ctx.clock import MICROSECONDS, SystemClock
from jarvis_ctx.insight import agents
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.views import StoreView
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.calls import Token
from tests.crash.harness import THREADS
from tests.crash.roles import LATE

STALE_AFTER = 30.0
SLACK = 15.0
"""Seconds that may pass on a slow machine between a beat and its being asked about."""
STANDING = 1.0
"""Seconds that a process stands still, at most; an agent's silence is judged by a clock that is ahead."""


def overtaken(round: Round) -> Finding:
    """A run loses its lock by an accident and is stopped; another one begins; the first one wakes up and calls."""
    stage, late = stages.stage(round), str(Token(1, 0, LATE))
    stale = stage.stopped()
    successor = stage.open(calls=10)
    successor.lives_for(round.random.uniform(0, STANDING))
    stale.go_on()
    answer = stale.line()
    stale.wait()
    successor.kill()

    verdicts = stage.verify(ending="kill", whole=True)
    found = stages.judged(stage, verdicts, THREADS)
    if answer != "Fenced 1 2":
        found.wrong.append(f"a run that was overtaken was told: {answer}")
    if late in verdicts.told:
        found.wrong.append("what a run that was overtaken said is in the state")
    return found


def held(round: Round) -> Finding:
    """A run is stopped and keeps its lock: no other one begins, and it goes on."""
    stage = stages.stage(round)
    stopped = stage.stopped(accident=False)
    second = stage.server.start("open_twice", path=stage.store)
    refused = json.loads(second.line())["error"]
    stopped.lives_for(round.random.uniform(0, STANDING))
    stopped.go_on()
    answer = stopped.line()
    stopped.wait()

    found = stages.judged(stage, stage.verify(ending="kill", whole=True), THREADS)
    if refused != "AlreadyRunning":
        found.wrong.append(f"a second run beside one that is stopped was refused by {refused}")
    if answer != "acknowledged":
        found.wrong.append(f"a run that was stopped and goes on was told: {answer}")
    return found


def silent(round: Round) -> Finding:
    """A program whose agent beats is stopped: its silence is seen from outside a second after the limit, not before."""
    stage = stages.stage(round)
    child = stage.server.start(f"{__name__}:beat", path=stage.store)
    assert child.line() == "beating"
    child.lives_for(round.random.uniform(1.0, 1.5))
    child.signal(signal.SIGSTOP)
    child.stopped()

    found = Finding()
    for seconds, expected in ((STALE_AFTER - SLACK, "alive"), (STALE_AFTER + 1, "stale")):
        health = _health(stage.store, seconds)
        found.tally["judged"] += 1
        if health != expected:
            found.wrong.append(f"{seconds} s after it was stopped its agent is called {health}")
    child.go_on()
    return found


def beat(path: str) -> None:
    """A child's role: one agent that beats until the end."""
    manager = JarvisContextManager(path, stale_after=STALE_AFTER)
    for turn in count():
        manager.heartbeat("ann", turn=turn)
        if turn == 0:
            sys.stdout.write("beating\n")
            sys.stdout.flush()
        signal.sigtimedwait([signal.SIGUSR2], 0.02)


class _Later(SystemClock):
    """A clock that is so many seconds ahead."""

    def __init__(self, seconds: float) -> None:
        self._ahead = int(seconds * MICROSECONDS)

    def wall(self) -> int:
        return super().wall() + self._ahead


def _health(store: object, seconds: float) -> str:
    view = StoreView(load({"path": store, "stale_after": STALE_AFTER}, environ={}), _Later(seconds))
    try:
        state = view.state()
        everyone = agents.lines(state, agents.leases(view), view.now(), agents.terms(view, state))
        return str(next(agent["health"] for agent in everyone if agent["id"] == "ann"))
    finally:
        view.close()


WAYS: tuple[Callable[[Round], Finding], ...] = (overtaken, held, silent)


def stand_still(round: Round) -> Finding:
    """The next of these."""
    way = WAYS[round.number % len(WAYS)]
    found = way(round)
    found.noted["way"] = way.__name__
    return found


FAULTS = (
    Fault(
        id="F8",
        title="`SIGSTOP` and `SIGCONT`, with the lock kept or lost by an accident",
        promise="two runs never write; an overtaken one is refused; silence is seen within its limit and a second",
        rounds={"small": 18, "full": 150, "release": 150},
        play=stand_still,
    ),
)
