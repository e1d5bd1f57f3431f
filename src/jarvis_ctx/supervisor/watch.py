"""Looks at one command again and again, and ends it where it hangs, holds too much memory, or will not end."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time

import msgspec

from jarvis_ctx.clock import MICROSECONDS, SystemClock
from jarvis_ctx.liveness import processes
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.identity import are_same
from jarvis_ctx.liveness.supervised import Death
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery.wording import size, span
from jarvis_ctx.supervisor.cause import Deed, Verdict, signal_name
from jarvis_ctx.supervisor.child import Child, Status
from jarvis_ctx.supervisor.inbox import FORWARDED
from jarvis_ctx.supervisor.ledger import Ledger
from jarvis_ctx.supervisor.meter import Meter
from jarvis_ctx.supervisor.oom import OomKills
from jarvis_ctx.supervisor.orders import Orders
from jarvis_ctx.supervisor.patience import Patience
from jarvis_ctx.supervisor.progress import Progress
from jarvis_ctx.supervisor.streams import Streams

LOOK = 0.25
"""Seconds between two looks at the command."""
DUMPING = 2.0
"""Seconds that a command which hangs has to write its stacks down."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the last look at a command that has ended found."""

    deed: Deed | None
    oom_kills: int
    endings: list[str | None]
    wrapped: bool
    """Whether its runs were lived by what it had started, not by itself."""


class Watch:
    """What is known of the command that runs; begun anew for each process."""

    def __init__(self, orders: Orders, progress: Progress, streams: Streams, ledger: Ledger) -> None:
        self._orders, self._progress, self._streams, self._ledger = orders, progress, streams, ledger
        self._clock, self._oom = SystemClock(), OomKills()
        self._meter = Meter(orders.folder, orders.name)
        self._captures = False
        self._runs: list[RunRecord] = []

    def begin(self, child: Child) -> None:
        """Another process is watched."""
        now = time.monotonic()
        self._began = round(child.identity.created * MICROSECONDS) if child.adopted else self._clock.wall()
        self._patience, self._next, self._kill_at = Patience(now, self._orders.hang_timeout), now, 0.0
        self._deed: Deed | None = None
        self._oom_kills = 0
        self.forwarded = set[int]()
        """The signals that were passed on to it."""
        self._oom.begin()
        self._meter.begin()

    def forward(self, child: Child, number: int) -> None:
        """Pass a signal on that was sent to us."""
        if number in FORWARDED:
            self.forwarded.add(number)
            child.signal(number)

    def look(self, child: Child, now: float, *, stop_by: float | None) -> None:
        """Look, when it is time to; end what is to be ended, `stop_by` at the latest."""
        if self._deed is not None:
            if now >= self._kill_at:
                child.signal(signal.SIGKILL)
        elif stop_by is not None and now >= stop_by:
            self._end(child, Deed(how="stopped", sentence="It was asked to end and had not, so it was killed."))
        elif child.status() is None:
            self._oom.look(child.identity.pid, now)
            if now >= self._next:
                self._next = now + LOOK
                self._look(child, now)

    def _look(self, child: Child, now: float) -> None:
        pid, limit = child.identity.pid, self._orders.memory_limit
        idle = self._idle(child, now)
        rss = self._meter.look(pid, self._clock.wall())
        if self._orders.hang_timeout and idle > self._orders.hang_timeout:
            self._end_hanging(child, idle, now)
        elif limit and rss > limit:
            sentence = f"It held {size(rss)} of memory, over the limit of {size(limit)}, so its supervisor ended it."
            self._end(child, Deed(how="memory-limit", sentence=sentence))

    def _idle(self, child: Child, now: float) -> float:
        """Seconds without progress, while some is to be expected: a run has begun, or one had in the process before."""
        runs = self._see(child)
        if not self._orders.hang_timeout:
            return 0.0
        live = self._progress.live(runs)
        at_work = [run.process.pid for run in live] or [child.identity.pid]
        worked = sum(processes.main_thread_seconds(pid) for pid in at_work)
        counts = bool(live) or (self._captures and not runs)
        self._captures = self._captures or bool(runs)
        return self._patience.look(now, self._progress.signs(runs), worked, counts=counts)

    def _see(self, child: Child) -> list[RunRecord]:
        self._runs = self._progress.runs_of(child.identity)
        self._ledger.lives(self._runs)
        return self._runs

    def _end_hanging(self, child: Child, idle: float, now: float) -> None:
        """Have the stacks written down, by what writes them at a fatal signal, before it is killed."""
        pids = [run.process.pid for run in self._progress.live(self._runs)] or [child.identity.pid]
        stopped = processes.is_stopped(pids[0])
        what = "It stood still (stopped by a signal)" if stopped else "It hung: there was no progress"
        self._deed = Deed(how="hang", sentence=f"{what} for {span(idle)}, so its supervisor ended it.")
        self._kill_at = now + (0.0 if stopped else DUMPING)
        if not stopped:
            _abort(pids, child)

    def _end(self, child: Child, deed: Deed) -> None:
        self._deed, self._kill_at = deed, 0.0
        child.signal(signal.SIGKILL)

    def last(self, child: Child, status: Status) -> Seen:
        """What there is to know of it now that it has ended, before what it has left behind is ended, too."""
        runs = self._see(child)
        self._oom_kills = self._oom.recent(time.monotonic())
        return Seen(
            deed=self._deed,
            oom_kills=self._oom_kills,
            endings=[run.ending for run in runs],
            wrapped=bool(runs) and not any(are_same(run.process, child.identity) for run in runs),
        )

    def death(self, child: Child, status: Status, verdict: Verdict, wall: int) -> Death:
        """All that is known of its end."""
        return Death(
            process=child.identity,
            runs={run.name: str(run.id) for run in self._runs},
            began=self._began,
            ended=wall,
            how=verdict.how,
            sentence=verdict.sentence,
            exit_code=status.exit_code,
            signal=signal_name(status.signal) if status.signal is not None else verdict.signal,
            core=status.core,
            stacks=self._stacks_of() if verdict.how == "hang" else "",
            stderr=self._streams.last_lines() if self._orders.keeps_output else [],
            growth=self._meter.growth(),
            oom_kills=self._oom_kills,
        )

    def _stacks_of(self) -> str:
        dumps = [FaultDump(self._orders.folder / f"run-{run.name}.fault").read(run.id) for run in self._runs]
        return "\n".join(dump for dump in dumps if dump)

    def holder(self) -> int | None:
        """Who holds the lock of one of its runs, which is waited for and never broken."""
        return self._progress.held_by(self._runs)

    def close(self) -> None:
        """Look no more."""
        self._progress.look_away(self._runs)
        self._meter.close()


def _abort(pids: list[int], child: Child) -> None:
    for pid in pids:
        try:
            if sys.platform == "linux":
                resource.prlimit(
                    pid, resource.RLIMIT_CORE, (0, 0)
                )  # The stacks are wanted, not its memory on the disk.
            if pid != child.identity.pid:
                os.kill(pid, signal.SIGABRT)
        except OSError:
            continue  # It has ended, or is another user's.
        if pid == child.identity.pid:
            child.signal(signal.SIGABRT)
