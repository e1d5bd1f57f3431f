"""JarvisContextManager: the sidecar of one orchestrator in one process."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from os import PathLike
from types import TracebackType
from typing import Any, Self

from jarvis_ctx import settings as settings_room
from jarvis_ctx.capture.checks import identifier, mapping
from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.capture.dropping import storing
from jarvis_ctx.capture.failures import CaptureFailures
from jarvis_ctx.capture.recorder import Recorder
from jarvis_ctx.capture.steps import Steps
from jarvis_ctx.checkpoint.schedule import Job, Schedule
from jarvis_ctx.clock import Clock, SystemClock
from jarvis_ctx.errors import Closed, JarvisError, StoreUnavailable
from jarvis_ctx.insight.insight import Insight, attributes
from jarvis_ctx.liveness import main_beats
from jarvis_ctx.liveness.exceptions import ExceptionWatch, describe
from jarvis_ctx.liveness.leases import Leases
from jarvis_ctx.liveness.main_beats import MainBeats
from jarvis_ctx.liveness.signals import EndOnSignal
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery.code import CodeGuard
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.retention.survey import Cleanup
from jarvis_ctx.sidecar import backing_up, cleanups, requests, resuming, travel
from jarvis_ctx.sidecar.answers import Answers
from jarvis_ctx.sidecar.beginning import opened_and_begun
from jarvis_ctx.sidecar.checkpoints import checkpoint_answer
from jarvis_ctx.sidecar.ending import Ending, Part, write_end
from jarvis_ctx.sidecar.frameworks import ForFrameworks
from jarvis_ctx.sidecar.healer import LOOK, Healer
from jarvis_ctx.sidecar.isolating import isolation_of, watch_workers
from jarvis_ctx.sidecar.keeping import live_archiving, live_keeper
from jarvis_ctx.sidecar.live import LiveView
from jarvis_ctx.sidecar.objects import note, object_states
from jarvis_ctx.sidecar.pauses import PAUSES
from jarvis_ctx.sidecar.releases import release_answer
from jarvis_ctx.sidecar.renewing import renewing
from jarvis_ctx.sidecar.turns import while_ours

SWEEP = 1.0
"""Seconds between two looks at the agents' beats, and at most what a crash takes of the beats' precision."""


class JarvisContextManager(Recorder, Answers, ForFrameworks, resuming.Resuming, travel.GoingBack, backing_up.BackingUp):
    """Keeps one orchestrator's context durably; a context manager, usable from any thread and from asyncio.

    Constructing it begins a run: if the last one died, its state is rebuilt and `recovery_report` says why it died.
    Raises `AlreadyRunning`, `NotTheOwner` (in a worker left over from the run that died), `UnsafeFolder`,
    `NewerSchema`, `StoreUnavailable`, `JournalUnavailable` (the file system refuses), `BadSetting`, `UnknownSetting`.
    Every verb of `Recorder` is durable before it returns (`durability="process"`: against any death of the process;
    `"power"`: against power loss, too; `"store"`: committed in the store).
    """

    joining = False
    """Whether it takes part in another process's run."""

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        name: str | None = None,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        self.settings = settings_room.load({"path": path, "name": name, **settings})
        self._clock = clock or SystemClock()
        self._opened, self._log, begun = opened_and_begun(self.settings, self._clock, joining=self.joining)
        self.run: RunRecord = begun.run
        self.journal = begun.journal
        self._sink, self._stored = storing(self.journal.writer, self.settings.secrets, self.settings.secret_names)
        super().__init__(self._sink)
        self._wire(begun.leases, begun.plan)
        self._ending = Ending()
        with ExitStack() as undo:
            undo.callback(self.close, "exception")  # No clean end: the next start must still find the run that died.
            self._start()
            undo.pop_all()

    def _wire(self, leases: list[Lease], plan: Plan | None) -> None:
        self._isolation = isolation_of(self._opened.ground, self.journal, plan, joining=self.joining)
        self.take_up(plan, self.settings)
        self._wire_capture(plan)
        self._wire_upkeep(leases)
        self._watch = ExceptionWatch(self._exception_seen)
        self._signals = EndOnSignal(lambda name: self.close(name, dying=True))
        self._schedule = Schedule(self._jobs())
        self._view = LiveView(self, self._opened)
        self.insight = Insight(self._view)

    def _wire_capture(self, plan: Plan | None) -> None:
        """What a captured call meets."""
        chosen, ground, writer = self.settings, self._opened.ground, self.journal.writer
        skip, report = plan is not None and plan.skip, plan.report if plan else None
        chain = frozenset(writer.state.runs_of(self.run.chain))
        self.claims = Claims(
            self._sink,
            owner=self,
            epoch=self.run.epoch,
            skip=skip,
            isolation=self._isolation,
            keeps_calls=chosen.resume == "redispatch",
            again=self.again,
            catch_up=self.journal.catch_up,
            process=self.run.process.pid,
        )
        replay = chosen.resume != "report" and (plan is None or skip)
        self.steps = Steps(self._sink, replay=replay, run=self.run, chain_runs=chain, pauses=PAUSES)
        self.failures = CaptureFailures(self.run, self._sink.append, raises=chosen.on_capture_error == "raise")
        self.states = object_states(ground, self.journal, self._sink, self._stored, self.run, chain, report)
        forgetting = (self.claims, self.steps, self.states)
        self.code = CodeGuard(writer, self.run, report, ground.folder, chosen.on_code_change, forgetting, ground.seals)
        self.states.told = partial(note, self.code)

    def _wire_upkeep(self, leases: list[Lease]) -> None:
        """What goes on beside the calls."""
        chosen, ground = self.settings, self._opened.ground
        self.leases = Leases(self._clock, chosen.stale_after, self._sink.append, leases, self.run.process.pid)
        self.main_beats = MainBeats(main_beats.path_of(ground.folder, chosen.name))
        self.keeper = live_keeper(ground, self.journal, self.run)
        self.archiving = live_archiving(ground, self.journal, self._opened.store.upkeep.settle)
        self.healer = Healer(self._opened, self.journal, self.keeper, self.leases)
        self.cleaner = cleanups.live_cleaner(self._opened, self.journal, self.keeper, self.archiving, self)

    def _jobs(self) -> dict[str, Job]:
        chosen, ours = self.settings, partial(while_ours, self.journal.writer)
        return {
            "checkpoint": (chosen.checkpoint_interval, ours(self.keeper.take)),
            "archive": (chosen.checkpoint_interval, ours(self.archiving.turn)),
            "cleanup": cleanups.job(self.cleaner, chosen, self._clock, ours),
            "heartbeats": (SWEEP, ours(renewing(self._signals, self.journal.writer, self._save_beats))),
            "database": (LOOK, ours(self.healer.look)),
            "failures": (SWEEP, ours(self.failures.tell)),
        }

    def _start(self) -> None:
        answers = {"CheckpointRequested": checkpoint_answer(self.checkpoint)}
        answers["CleanupRequested"] = cleanups.cleanup_answer(self.cleaner)
        answers["ReleaseRequested"] = release_answer(self.release)
        answers["RecoveryPointRequested"] = checkpoint_answer(self.mark_recovery_point)
        answers["RestoreRequested"] = travel.restore_answer(self.restore, self._clock.wall)
        asked = partial(requests.answer, answers=answers, append=self.journal.append)
        watch_workers(self.journal, self.settings.max_attempts, self._isolation, asked)
        self.journal.start()
        self._schedule.start()
        self._watch.install()
        self._opened.ground.faults.start(self.run.id)
        if self.settings.handle_signals:
            self._signals.install()
        atexit.register(self._at_exit)

    def heartbeat(self, agent_id: str, **details: Any) -> None:
        """Note that an agent lives. Only its first beat, and one after a silence, are events."""
        self.leases.beat(AgentId(identifier("agent_id", agent_id)), self._stored(mapping("details", details)))
        self.main_beats.note()

    def agent_gone(self, agent_id: str) -> None:
        """Note that an agent has left."""
        self.leases.leave(AgentId(identifier("agent_id", agent_id)))

    def checkpoint(self, label: str = "") -> CheckpointHeader:
        """Take a checkpoint now. Raises `OSError` when its file cannot be written; `StoreInUse` within another."""
        self.journal.catch_up()  # What a worker was told has returned by now is in it.
        return self.keeper.take(label)

    def mark_recovery_point(self, label: str) -> CheckpointHeader:
        """Take a checkpoint under a name; it is never thinned away. Raises as `checkpoint` does."""
        header = self.checkpoint(identifier("label", label))
        self.journal.append("RecoveryPointMarked", label, {"label": label, "checkpoint": header.id})
        return header

    def cleanup(self, dry_run: bool = True) -> Cleanup:
        """What is older than it is to be kept; with `dry_run=False`, it goes. Raises `StoreUnavailable`, `OSError`."""
        return self.cleaner.look() if dry_run else self.cleaner.clean()

    @property
    def recovery_report(self) -> RecoveryReport | None:
        """What the recovery at this run's beginning found and did; None after a clean end of the last run."""
        return self.code.report

    def recover(self) -> RecoveryReport | None:
        """`recovery_report`, asked for."""
        return self.recovery_report

    def record_code(self, hashes: Mapping[str, str]) -> None:
        """Note the code of captured methods, and hold it against the run that died. Raises `CodeChanged`."""
        self.code.record(dict(hashes))

    def capture_failed(self, method: str, error: BaseException) -> None:
        """Count a capture that could not be stored; raises it with `on_capture_error="raise"`."""
        self.failures.count(method, error)

    def attributes(self) -> dict[str, Any]:
        """The named values that were set, exactly as they were given, secrets too."""
        return attributes(self._view)

    def flush(self, timeout: float = 30.0) -> None:
        """Return once the database has everything said before. Raises `StoreUnavailable`."""
        self.journal.flush(timeout)

    def confirm(self, operation_id: str) -> None:
        """Wait again for what a `DurabilityUnknown` told of: it stays one event, however often this is called.

        Raises `DurabilityUnknown`, `UnknownOperation`.
        """
        self.journal.confirm(operation_id)

    @property
    def closed(self) -> bool:
        """Whether the run has ended and everything was let go of."""
        return self._ending.done

    def close(self, ending: str = "closed", *, dying: bool = False) -> None:
        """End the run cleanly: last event, last checkpoint, everything drained and synced. Twice is once.

        What an interrupt (Ctrl-C) cuts short, the next call or the end of the process goes on with.
        """
        if os.getpid() != self.run.process.pid:
            return
        self._ending.go_on(lambda: self._parts(ending, dying))
        if self.closed and not dying:
            self._signals.remove()

    def _parts(self, ending: str, dying: bool) -> list[Part]:
        # The end is written first: nothing that is slow afterwards, or cut short, makes a crash of it.
        opened, last = self._opened, {"ending": ending}
        return [
            ("Uncaught exceptions are still watched for", self._watch.remove),
            ("Agents that fell silent were not noted", lambda: self.leases.sweep(SWEEP, self.journal.writer.state)),
            ("It is not said which calls were not captured", self.failures.tell),
            (
                "Its end was not written, so it counts as a crash",
                lambda: write_end(self.journal, self.run, last, dying),
            ),
            ("Its schedule was not stopped", self._schedule.stop),
            ("Its database is still being made anew", self.healer.stop),
            ("Its last heartbeats were not kept", self._save_beats),
            ("It ends without a checkpoint, so the next start folds more events", self.keeper.take),
            ("What two checkpoints cover stays in segments", self.archiving.turn),
            ("Not everything was drained and synced", self.journal.close),
            ("The next start has to find the damage itself", self.healer.leave),
            ("Its record was not written", self._record_end),
            ("The dump at a fatal signal stays where it was", opened.ground.faults.stop),
            ("Not everything was closed", opened.close),
            ("Its log file was not closed", self._log.close),
            ("It is closed once more at the exit", lambda: atexit.unregister(self._at_exit)),
        ]

    def _record_end(self) -> None:
        if not self.journal.writer.overtaken:  # Else the record is our successor's.
            self._opened.ground.runfile.write(self.journal.writer.state.runs[self.run.id])

    def _save_beats(self) -> None:
        store, name = self._opened.ground.store.leases, self.settings.name
        try:
            self.leases.sweep(SWEEP, self.journal.writer.state)
        finally:
            self.main_beats.tell()
            with suppress(StoreUnavailable):  # They are saved with the next.
                self.leases.save(lambda leases: store.put(name, leases))

    def _exception_seen(self, place: str, described: dict[str, Any]) -> None:
        try:
            self.journal.append("ExceptionRaised", described["type"], {"place": place, **described})
        except (JarvisError, OSError) as error:
            self.failures.count("excepthook", error)

    def _at_exit(self) -> None:
        self.close("exception" if self._watch.fatal else "SIGINT" if self._watch.interrupted else "exited")

    def __enter__(self) -> Self:
        if self.closed:
            raise Closed(orchestrator=self.settings.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, SystemExit):
            self.close()
        elif isinstance(error, KeyboardInterrupt):
            self.close("SIGINT")
        else:
            if not self.closed:
                self._exception_seen("main", describe(error))
            self.close("exception")
