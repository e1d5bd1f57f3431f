"""Folds what other processes of a run say, in whichever thread needs to know first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.journal import fold
from jarvis_ctx.journal.departures import Departures
from jarvis_ctx.journal.listener import Listener
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import Event

PATIENCE = 5.0
"""Seconds a caller waits for another thread to have taken in what other processes said."""


class Hearing:
    """One process's ear. Safe in any thread; renewed in a forked child."""

    def __init__(self, folder: Path, marks: Marks, writer: Writer, *, beside_us: bool = False) -> None:
        """`beside_us`: this process takes part in the run of another one."""
        self._folder, self._marks, self._writer = folder, marks, writer
        self._takes_part = beside_us
        self._departures = Departures(folder, marks, writer.orchestrator, writer.epoch, all_heard=not beside_us)
        self._begin(writer.writer)
        self._beside_us = beside_us
        """Whether there may be other processes of this run."""
        self.on_heard: Callable[[list[Event]], object] | None = None
        """Told what was said, in whichever thread has folded it."""

    def _begin(self, own: str) -> None:
        writer, self._lock = self._writer, threading.Lock()
        position, values = writer.state.position, writer.values
        self._listener = Listener(
            self._folder, self._marks, writer.orchestrator, own, position, values, self._departures
        )
        self._untold: dict[tuple[str, int], Event] = {}
        """By writer and number, as what was not all folded is heard again."""

    @property
    def damaged(self) -> list[str]:
        """What was said and could not be read, a sentence each."""
        return self._listener.damaged

    def forked(self) -> None:
        """This process has a child."""
        self._beside_us = True

    def inherited(self) -> None:
        """This is a forked child, to which its parent is another process too, and which has no writer yet."""
        if self._takes_part:
            self._departures.forget()  # Whom the run's own process lets depart, it has folded; others may be behind.
        self._takes_part = True
        # By the state's position, as the parent's listener may have been about to tell of what it had heard.
        self._begin("")
        self._beside_us = True

    def has_writer(self) -> None:
        """From now on the child's own events are its own."""
        self._listener.own = self._writer.writer

    def catch_up(self) -> None:
        """Know what other processes of this run have said by now: of a task in the hands of one that died, say.

        Where no process was ever forked or heard, there is none, and nothing is looked at.
        """
        if self._beside_us and not self._writer.interrupted:  # What an append is folding is not to be folded upon.
            self._hear()

    def take(self) -> list[Event]:
        """Catch up, and what was heard since the last time."""
        self._hear()
        if not self._lock.acquire(timeout=PATIENCE):
            return []
        try:  # Another thread may be catching up, too: what it adds now is told once, at the next time.
            events, self._untold = self._untold, {}
        finally:
            self._lock.release()
        return list(events.values())

    def _hear(self) -> None:
        if not self._lock.acquire(timeout=PATIENCE):
            return  # A signal handler in the middle of it: whoever was interrupted goes on.
        try:
            self._take_in()
        except OSError:
            raise  # The listener has passed over nothing.
        except BaseException:
            # An interrupt, or no room on the stack: what was heard and not folded would be passed over for good.
            self._listener.hear_again(self._writer.state.position)
            raise
        finally:
            self._lock.release()

    def _take_in(self) -> None:
        events = [event for event in self._listener.step() if not fold.is_fenced(self._writer.state, event)]
        if events:
            self._untold |= {(event.writer, event.number): event for event in events}
            self._beside_us |= any(event.run == self._writer.run for event in events)
            if self.on_heard is not None:
                self.on_heard(events)
            self._writer.fold_in(events)  # Last: from then on they are not heard again.
