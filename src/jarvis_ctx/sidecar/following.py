"""How an orchestrator is looked at again and again from outside: its state is rebuilt once, and then kept up."""

from __future__ import annotations

import os

from jarvis_ctx.clock import Clock
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.departures import Departures
from jarvis_ctx.journal.listener import Listener
from jarvis_ctx.journal.marks import Marks, viewed
from jarvis_ctx.model.state import State
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.views import StoreView

ANEW = 60.0
"""Seconds after which a state that has changed is rebuilt from the store all the same."""


class FollowingView(StoreView):
    """A view for a process that stays: it reads what was appended since it looked last, and folds that.

    Only while the same process runs: whatever else may have happened (a restart, a purge, a writer that came and went,
    events out of order) is settled by rebuilding. One thread at a time. Close it after use.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self._kept: State | None = None
        self._listener: Listener | None = None
        self._marks: Marks | None = None
        self._version, self._since = "", 0.0
        self._live: int | None = None
        self._page: int | None = None

    def state(self) -> State:
        version = self.version()
        if self._kept is None or (version != self._version and not self._kept_up(self._kept)):
            self._kept = self._rebuilt()
        self._version = version
        return self._kept.copy()

    def _rebuilt(self) -> State:
        self._since, self._live, self._page = self._clock.steady(), self._runfile.live, self._marks_page()
        self._let_go()
        if self._live is None:
            return super().state()
        try:
            self._marks = viewed(self.folder / "journal" / "marks")
        except (CorruptData, OSError):
            return super().state()
        if self._marks.epoch(self.name) == 0:
            return super().state()  # Its first run begins just now: there is nobody to listen to yet.
        departures = self._departures(self._marks)  # Before the state: who departs meanwhile is told of, or in it.
        state = super().state()
        journal = self.folder / "journal"
        self._listener = Listener(journal, self._marks, self.name, "", state.position, self.values, departures)
        return state

    def _departures(self, marks: Marks) -> Departures:
        run = self._runfile.read()
        epoch = run.epoch if run is not None else 0
        return Departures(self.folder / "journal", marks, self.name, epoch, all_heard=True)

    def _kept_up(self, state: State) -> bool:
        """Fold what was appended; False where that may not be all."""
        same = self._live is not None and self._live == self._runfile.live and self._page == self._marks_page()
        if self._listener is None or self._marks is None or not same or self._clock.steady() - self._since > ANEW:
            return False
        late = sum(state.late.values())
        try:
            heard = self._listener.step()
        except OSError:
            return False  # What cannot be read just now is looked for by a rebuild.
        for event in heard:
            if not fold.is_fenced(state, event):
                fold.apply(state, event)
        behind = any(
            mark.appended > state.position.get(mark.writer, 0) and mark.writer not in state.fences
            for mark in self._marks.writers()
            if mark.orchestrator == self.name
        )
        return not (behind or self._listener.damaged or sum(state.late.values()) != late)

    def _marks_page(self) -> int | None:
        """Which file the marks are now."""
        try:
            return os.stat(self.folder / "journal" / "marks").st_ino
        except OSError:
            return None

    def _let_go(self) -> None:
        if self._marks is not None:
            self._marks.close()
        self._marks = self._listener = None

    def close(self) -> None:
        """Let go of the marks and the database."""
        self._let_go()
        super().close()
