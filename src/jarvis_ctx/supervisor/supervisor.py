"""One loop that starts a command, watches it, buries it, and starts it again."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import CommandNotStarted
from jarvis_ctx.liveness import identity
from jarvis_ctx.liveness.supervised import MARK, Death
from jarvis_ctx.model.run import ProcessIdentity
from jarvis_ctx.recovery.wording import number, span
from jarvis_ctx.supervisor import starting
from jarvis_ctx.supervisor.background import gone_on
from jarvis_ctx.supervisor.beside import Beside
from jarvis_ctx.supervisor.cause import judge
from jarvis_ctx.supervisor.child import AdoptedChild, Child, OwnChild, Reaper, Status
from jarvis_ctx.supervisor.groups import end_all, left_behind
from jarvis_ctx.supervisor.inbox import STOPPING, Inbox
from jarvis_ctx.supervisor.ledger import Ledger
from jarvis_ctx.supervisor.notify import VARIABLES, Notifier
from jarvis_ctx.supervisor.orders import Orders
from jarvis_ctx.supervisor.progress import Moved, Progress
from jarvis_ctx.supervisor.restarts import Again, Restarts
from jarvis_ctx.supervisor.streams import Streams
from jarvis_ctx.supervisor.watch import Watch

TICK = 0.05
"""Seconds between two turns of the loop."""
LEFTOVERS = 2.0
"""Seconds that what a dead command has left behind has to end: the next one waits for it."""
NOBODY = -1
"""A session that no process has."""

Tell = Callable[[str, str, dict[str, Any]], None]
"""Takes what happened: a word for programs, a sentence for people, facts."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How the command ended the last time, and whether that was once too often."""

    status: Status
    tripped: bool = False

    @property
    def exit_code(self) -> int:
        """As a shell gives it: 128 and the number of a signal; 1 where nobody can know."""
        if self.status.signal is not None:
            return 128 + self.status.signal
        return 1 if self.status.exit_code is None else self.status.exit_code


class Supervisor:
    """Supervises one command until it has ended for good. For the main thread of a process that has no other."""

    def __init__(self, orders: Orders, tell: Tell, moved: Moved) -> None:
        """Raises `AlreadySupervised`, `UnsafeFolder`, and `OSError` for a log that cannot be written."""
        self._orders, self._tell = orders, tell
        self._clock = SystemClock()
        self._environ = {name: value for name, value in orders.environ.items() if name not in VARIABLES}
        self._stop_by: float | None = None
        self._child: Child | None = None
        with ExitStack() as undo:
            self._ledger = Ledger(orders)
            undo.callback(self._ledger.let_go)
            self._streams = Streams(orders)
            undo.pop_all()
        self._reaper, self._notifier = Reaper(), Notifier(orders.environ)
        self._beside = Beside(orders.beside, self._environ, self._reaper, self._beside_ended)
        self._progress = Progress(orders.folder, moved)
        self._watch = Watch(orders, self._progress, self._streams, self._ledger)
        self._restarts = Restarts(orders.restart, orders.max_restarts, orders.within, random.random)
        self._inbox = Inbox()

    def run(self) -> Outcome:
        """Raises `CommandNotStarted`, and what `Ledger.refuse` does, before anything was started."""
        starting.become_subreaper()
        with ExitStack() as last:
            last.callback(self._inbox.close)
            last.callback(self._watch.close)
            last.callback(self._ledger.close)
            last.callback(self._end_beside)
            last.callback(lambda: self._streams.end(remove=self._child is None))
            return self._lives(self._first())

    def _first(self) -> Child:
        living = self._ledger.living()
        if living is not None and self._orders.adopt:
            try:
                return self._adopt(living)
            except ProcessLookupError:
                pass  # It has ended in this moment.
        self._ledger.refuse()
        self._end_orphans()
        self._beside.tend(time.monotonic())
        try:
            return self._start(0)
        except OSError:
            self._ledger.never_ran()
            raise

    def _end_orphans(self) -> None:
        """End what a command has left behind whose supervisor, too, was killed."""
        child = self._ledger.before.child if self._ledger.before is not None else None
        here = identity.this_process()
        if child is None or (child.host, child.boot_id) != (here.host, here.boot_id):
            return
        taken = identity.of(child.pid) is not None  # Then its id is another process's by now, with its own session.
        end_all(NOBODY if taken else child.pid, LEFTOVERS, self._turn, mark=self._ledger.mark)

    def _lives(self, child: Child | None) -> Outcome:
        while True:
            status, failed = self._life(child) if child is not None else (Status(exit_code=127), True)
            if self._stop_by is not None or self._hung_up(status):
                return Outcome(status=status)
            again = self._restarts.after(time.monotonic(), failed=failed)
            if not isinstance(again, Again):
                return self._enough(status, tripped=again.tripped)
            if not self._pause(again):
                return Outcome(status=status)
            child = self._start_again(again.number)

    def _hung_up(self, status: Status) -> bool:
        """Whether our terminal has gone, and the command with it."""
        return status.signal == signal.SIGHUP and signal.SIGHUP in self._watch.forwarded

    def _start_again(self, number: int) -> Child | None:
        try:
            return self._start(number)
        except (CommandNotStarted, OSError) as error:
            self._tell("not-started", str(error), {})
            return None

    def _start(self, restarts: int) -> Child:
        with self._streams.for_command() as outputs:
            pid = starting.start(
                self._orders.command,
                self._environ | {MARK: self._ledger.mark},
                outputs=outputs,
                written_down=lambda pid: self._write_down(pid, restarts),
            )
        child = OwnChild(self._born, self._reaper)
        self._tell("started", f"Started {self._ledger.command} as process {pid}.", {"pid": pid})
        self._notifier.ready(f"process {pid} runs")
        return child

    def _write_down(self, pid: int, restarts: int) -> None:
        found = identity.of(pid)
        if found is None:
            raise ProcessLookupError(pid)
        self._born: ProcessIdentity = found
        self._ledger.began(found, self._clock.wall(), restarts)

    def _adopt(self, process: ProcessIdentity) -> Child:
        child = AdoptedChild(process, self._reaper)
        self._streams.resume()
        self._ledger.began(process, self._clock.wall(), 0)
        self._tell("adopted", f"Took over process {process.pid}, which runs.", {"pid": process.pid})
        self._notifier.ready(f"process {process.pid} runs")
        return child

    def _life(self, child: Child) -> tuple[Status, bool]:
        """Watch it to its end; how that was, and whether it is to be mended."""
        self._child = child
        self._watch.begin(child)
        if self._stop_by is not None:
            child.signal(signal.SIGTERM)  # We were asked to end before there was anyone to pass it on to.
        while (status := child.status()) is None:
            self._turn(TICK)
            self._watch.look(child, time.monotonic(), stop_by=self._stop_by)
        death, failed = self._bury(child, status)
        child.close()
        self._child = None
        sentence = (
            f"Process {child.identity.pid} ended after {span((death.ended - death.began) / 1e6)}. {death.sentence}"
        )
        self._tell("ended", sentence, {"pid": child.identity.pid, "how": death.how, "failed": failed} | death.evidence)
        return _told(status, death, failed), failed

    def _bury(self, child: Child, status: Status) -> tuple[Death, bool]:
        seen = self._watch.last(child, status)
        verdict = judge(status, deed=seen.deed, oom_kills=seen.oom_kills, endings=seen.endings, wrapped=seen.wrapped)
        mark = self._ledger.mark if child.adopted else ""
        if status.exit_code == 0 and not verdict.failed:
            verdict = replace(verdict, sentence=verdict.sentence + self._gone_on(child, mark))
        grace = LEFTOVERS if verdict.failed else self._orders.term_grace
        end_all(child.identity.pid, grace, self._turn, self._beside.pids, mark)
        self._streams.forward()
        death = self._watch.death(child, status, verdict, self._clock.wall())
        return self._ledger.died(death), verdict.failed

    def _gone_on(self, child: Child, mark: str) -> str:
        return gone_on(
            lambda: left_behind(child.identity.pid, self._beside.pids, mark),
            lambda: self._turn(TICK),
            lambda: self._stop_by is not None,
            self._orders.secret_names,
        )

    def _enough(self, status: Status, *, tripped: bool) -> Outcome:
        if tripped:
            most, within = number(self._orders.max_restarts, "time"), span(self._orders.within)
            why = f"It is not started again: it was restarted {most} within {within}."
            self._ledger.gave_up(why)
            sentence = (
                f"{why} What it has captured is kept: jarvis-ctx dashboard opens the store again, jarvis-ctx report "
                "says why its runs died, and jarvis-ctx doctor says more. Mend the cause, then run it again."
            )
            self._tell("gave-up", sentence, {"restarts": self._orders.max_restarts, "within": self._orders.within})
        return Outcome(status=status, tripped=tripped)

    def _pause(self, again: Again) -> bool:
        """Let the pause pass, and whoever still holds a run's lock end; False when we are to end."""
        most, within = self._orders.max_restarts, span(self._orders.within)
        sentence = f"Starts again in {span(again.pause)} (restart {again.number} of at most {most} within {within})."
        self._tell("restarting", sentence, {"seconds": round(again.pause, 3), "restart": again.number})
        until, told = time.monotonic() + again.pause, False
        while self._stop_by is None:
            holder = self._watch.holder()
            if holder is not None and not told:
                told = True
                self._tell("waiting", f"Process {holder} still holds the run; waits for its end.", {"pid": holder})
            left = until - time.monotonic()
            if left <= 0 and holder is None:
                return True
            self._turn(min(TICK, max(left, 0.001)))
        return False

    def _turn(self, seconds: float) -> None:
        """Let time pass, and do what is to be done all the time."""
        for heard in self._inbox.wait(seconds):
            if heard in STOPPING:
                self._asked(heard)
            if self._child is not None:
                self._watch.forward(self._child, heard)
        self._reaper.reap()
        self._streams.forward()
        now = time.monotonic()
        self._notifier.beat(now)
        if self._stop_by is None:
            self._beside.tend(now)

    def _asked(self, heard: signal.Signals) -> None:
        """We are to end; whoever presses Ctrl-C again has no patience any more."""
        interrupted, now = heard == signal.SIGINT, time.monotonic()
        if self._stop_by is None:
            self._stop_by = now + self._orders.term_grace
            self._notifier.stopping()
            passes = "passes it on and " if self._child is not None else ""
            second = "; a second one kills it" if interrupted and passes else ""
            self._tell("stopping", f"Was sent {heard.name}, so {passes}ends{second}.", {"signal": heard.name})
        elif interrupted:
            self._stop_by = now

    def _beside_ended(self, command: tuple[str, ...], why: str) -> None:
        self._tell(
            "beside",
            f"What --serve started does not run: {why} It is tried again.",
            {"command": list(command)},
        )

    def _end_beside(self) -> None:
        if self._child is None:
            self._beside.end()
            end_all(NOBODY, LEFTOVERS, self._turn)


def _told(status: Status, death: Death, failed: bool) -> Status:
    """`status`; of an adopted process, of whose end the system says nothing, what we know of it."""
    if failed or status.exit_code is not None or status.signal is not None:
        return status
    return Status(signal=signal.SIGKILL) if death.how == "stopped" else Status(exit_code=0)
