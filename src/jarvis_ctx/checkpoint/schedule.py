"""The schedule: what the sidecar does by the clock, in APScheduler's background thread.

The jobs run in the scheduler's own thread (its "debug" executor): one thread less, and no pool that the interpreter
shuts down before our last checkpoint.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

log = logging.getLogger("jarvis_ctx")

LATE_IS_ONCE = {"coalesce": True, "misfire_grace_time": None}
"""On a machine that is too busy for a turn, the job runs once as soon as it can; by default it would be left out."""

RETRY = 1.0
"""Seconds between two tries to start, where no file can be opened, say."""

Job: TypeAlias = tuple[float, Callable[[], Any]]
"""Seconds between two turns, and a turn."""


class Schedule:
    """Runs each job at its interval (seconds); a job that is late or slow is not run twice."""

    def __init__(self, jobs: Mapping[str, Job]) -> None:
        self._jobs = jobs
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._scheduler: Any = None
        self._starter = threading.Thread(target=self._start, name="jarvis-ctx-schedule", daemon=True)

    def start(self) -> None:
        """Start in the background: importing the scheduler takes longer than everything else a start does."""
        self._starter.start()

    def _start(self) -> None:
        failed = False
        while not self._stopped.is_set():
            try:
                self._try_to_start()
                return
            except Exception as error:  # The top of a thread: whatever is in the way now may be gone in a moment.
                if not failed:
                    log.warning("The schedule cannot start, and is tried again every %g s: %s", RETRY, error)
                failed = True
            self._stopped.wait(RETRY)

    def _try_to_start(self) -> None:
        try:
            from apscheduler.executors.debug import DebugExecutor
            from apscheduler.schedulers.background import BackgroundScheduler

            from jarvis_ctx.checkpoint.steady_zone import Every, SteadyZone
        except RuntimeError:  # A short program is ending already, and no library may register for its end any more.
            return
        with self._lock:
            if self._stopped.is_set():
                return
            scheduler = BackgroundScheduler(
                daemon=True, timezone=SteadyZone(), job_defaults=LATE_IS_ONCE, executors={"default": DebugExecutor()}
            )
            for name, (seconds, work) in self._jobs.items():
                scheduler.add_job(self._guarded(name, work), Every(seconds), id=name, max_instances=1)
            scheduler.start()
            self._scheduler = scheduler

    @staticmethod
    def _guarded(name: str, work: Callable[[], object]) -> Callable[[], None]:
        def job() -> None:
            try:
                work()
            except Exception:  # The top of a thread: the next turn must come whatever this one ran into.
                log.exception("%s failed and is tried again at its next turn", name)

        return job

    def stop(self) -> None:
        """Run no job again, and wait for one that runs."""
        with self._lock:
            self._stopped.set()
            scheduler, self._scheduler = self._scheduler, None
        if self._starter.ident is not None:  # Else no thread could be started.
            self._starter.join()
        if scheduler is not None:
            scheduler.shutdown(wait=True)
