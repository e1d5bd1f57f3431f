"""What is looked at through the window: a sidecar in this process, or a store from outside, live or dead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from jarvis_ctx.clock import Clock, SystemClock
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.liveness import runfile
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.retention.survey import Cleanup
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.checkpoints import checkpoint_offline, request_checkpoint, request_point
from jarvis_ctx.sidecar.cleanups import clean_offline, request_cleanup, rules_of
from jarvis_ctx.sidecar.following import FollowingView
from jarvis_ctx.sidecar.travel import request_restore, restore_offline
from jarvis_ctx.sidecar.views import StoreView
from jarvis_ctx.web.awaited import Awaited, Followed
from jarvis_ctx.web.breath import Breath
from jarvis_ctx.web.latency import AppendTimes

PATIENCE = 30.0
"""Seconds a live orchestrator may take to do what it is asked for."""


class Subject(Protocol):
    """One orchestrator: asked through insight, told by commands. Safe in any thread."""

    name: str
    folder: Path
    settings: Settings
    append_times: AppendTimes | None
    """How long captured calls wait; known within their process alone."""
    streams: int
    """How many live streams at the same time."""
    period: float
    """Seconds between two looks for new events, while there are streams."""

    def version(self) -> str:
        """Cheap to ask; another one whenever events were added since."""
        ...

    def asking(self) -> AbstractContextManager[Insight]:
        """Insight, for as long as the block lasts. Raises what a view's opening raises."""
        ...

    def apart(self) -> AbstractContextManager[Insight]:
        """As `asking`, for what reads the whole store: nobody else waits for it meanwhile."""
        ...

    def breathe(self) -> Callable[[], object]:
        """What somebody who works for long calls now and then, in one thread: it leaves the orchestrator its time."""
        ...

    def following(self) -> Followed:
        """The events from now on, for one thread; raises what a view's opening raises."""
        ...

    def checkpoint(self, label: str, timeout: float = PATIENCE) -> CheckpointHeader:
        """Take a checkpoint; with a label, a recovery point. An orchestrator elsewhere has `timeout` seconds."""
        ...

    def restore(self, point: str, timeout: float = PATIENCE) -> Restored:
        """Go back to a moment in a new branch."""
        ...

    def cleanup(self, dry_run: bool, timeout: float = PATIENCE) -> Cleanup:
        """What is older than it is to be kept; without `dry_run` it goes."""
        ...


class Within:
    """The sidecar of this very process."""

    streams, period = 48, 0.001

    def __init__(self, manager: JarvisContextManager) -> None:
        self._manager = manager
        self.settings = manager.settings
        self.name, self.folder = manager.settings.name, manager.settings.folder
        self.append_times: AppendTimes | None = AppendTimes(manager.journal.writer, SystemClock().wall)

    def version(self) -> str:
        return self._manager.insight.version()

    @contextmanager
    def asking(self) -> Iterator[Insight]:
        yield self._manager.insight

    def apart(self) -> AbstractContextManager[Insight]:
        return self.asking()

    def breathe(self) -> Callable[[], object]:
        return Breath().take

    def following(self) -> Followed:
        return self._manager.insight.following()

    def checkpoint(self, label: str, timeout: float = PATIENCE) -> CheckpointHeader:
        return self._manager.mark_recovery_point(label) if label else self._manager.checkpoint()

    def restore(self, point: str, timeout: float = PATIENCE) -> Restored:
        return self._manager.restore(point)

    def cleanup(self, dry_run: bool, timeout: float = PATIENCE) -> Cleanup:
        return self._manager.cleanup(dry_run)


class Beside:
    """A store from outside: a live owner is asked to act; what is done in a store that nobody runs is done here.

    One thread at a time: what is done here takes the store's locks, which belong to the process.
    """

    streams, period = 224, 0.02

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Raises `NoStore`."""
        self.settings, self._clock = settings, clock or SystemClock()
        self.name, self.folder = settings.name, settings.folder
        self.append_times: AppendTimes | None = None
        self._turn = threading.RLock()
        self._view = FollowingView(settings, self._clock)
        self._awaited = not runfile.names_in(self.folder)
        """Whether nobody has run here yet; what is supervised can be looked at all the same."""
        self.named: Callable[[str], object] = lambda name: None
        """Told of the name that the first run here has."""

    def version(self) -> str:
        with self._turn:
            return self._view.version()

    @contextmanager
    def asking(self) -> Iterator[Insight]:
        with self._turn:
            if self._begins() or self._view.pulse().damaged:
                self._open_anew()  # The next start may have mended or made what was not there.
            yield Insight(self._view)

    @contextmanager
    def apart(self) -> Iterator[Insight]:
        with closing(StoreView(self.settings, self._clock)) as view:
            yield Insight(view)

    def breathe(self) -> Callable[[], object]:
        return bool

    def _begins(self) -> bool:
        """Whether the first run here has begun since; it may have a name of its own."""
        known = runfile.names_in(self.folder) if self._awaited else []
        if not known:
            return False
        self._awaited = False
        if self.name not in known:
            self.name = known[0]
            self.settings = msgspec.structs.replace(self.settings, name=self.name)
            self.named(self.name)
        return True

    def _open_anew(self) -> None:
        fresh = FollowingView(self.settings, self._clock)
        self._view.close()
        self._view = fresh

    def following(self) -> Followed:
        with self.asking() as insight:
            return Awaited(self._begun) if self._awaited else insight.following()

    @contextmanager
    def _begun(self) -> Iterator[Insight | None]:
        with self.asking() as insight:
            yield None if self._awaited else insight

    def checkpoint(self, label: str, timeout: float = PATIENCE) -> CheckpointHeader:
        with self._turn:
            if not self._lives():
                return checkpoint_offline(self.settings, label)
        return (request_point if label else request_checkpoint)(self.settings, label, timeout)

    def restore(self, point: str, timeout: float = PATIENCE) -> Restored:
        with self._turn:
            if not self._lives():
                return restore_offline(self.settings, point)
            with self.asking() as insight:
                insight.find(point)  # Else the owner's refusal would not say that there is no such moment.
        return request_restore(self.settings, point, timeout)

    def cleanup(self, dry_run: bool, timeout: float = PATIENCE) -> Cleanup:
        if dry_run:
            with self.asking() as insight:
                return insight.cleanup(rules_of(self.settings))
        with self._turn:
            if not self._lives():
                return clean_offline(self.settings)
        return request_cleanup(self.settings, timeout)

    def _lives(self) -> bool:
        return self._view.pulse().live_pid is not None

    def close(self) -> None:
        """Let go of the store."""
        self._view.close()
