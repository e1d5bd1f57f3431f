"""Heartbeats: the last beat of each agent, and the moments when one falls silent or comes back."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from jarvis_ctx import decoding
from jarvis_ctx.clock import MICROSECONDS, Clock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import forks
from jarvis_ctx.liveness.work import last_work
from jarvis_ctx.model.agent import AgentRecord, Lease
from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.state import State

log = logging.getLogger("jarvis_ctx")

Append = Callable[[str, str, dict[str, Any]], object]

SIGNS = 10
"""How often within `stale_after` a forked child's beats are told of: enough that a late one makes nobody stale."""

LATE_SWEEP = 3.0
"""A sweep that comes this many times later than due means that we slept, not the agents: it judges nobody."""


class Leases:
    """Beats are overwritten in memory; only transitions become events (`AgentSeen`, `-Stale`, `-Back`, `-Gone`)."""

    def __init__(
        self,
        clock: Clock,
        stale_after: float,
        append: Append,
        known: list[Lease] | None = None,
        process: int | None = None,
    ) -> None:
        """`process` is the run's own, which saves the leases; this one by default."""
        self._clock, self._append = clock, append
        self.stale_after = stale_after
        self._lock = threading.RLock()  # A signal handler may beat in the middle of a beat.
        self._leases: dict[str, Lease] = {lease.agent: lease for lease in known or []}
        self._beaten: dict[str, float] = {}
        self._stale: set[str] = set(self._leases)
        self._left: set[str] = set()
        self._brought_back: set[str] = set()
        """Of those that have left, whom a restore shows as alive."""
        self._unsaved: set[str] = set()
        self._noticed: dict[str, tuple[Stamp | None, float]] = {}
        """The events of agents that lie in the future of a wall clock that went back, and since when we know them."""
        self._swept = clock.steady()
        self._told_by = os.getpid()
        self._pid = self._told_by if process is None else process
        self._told: dict[str, float] = {}
        forks.renew_lock(self, threading.RLock)

    def beat(self, agent: AgentId, details: dict[str, Any]) -> None:
        """Note that `agent` lives now; raises `UnstorableValue` or `TooLarge` for its details, and notes nothing then.

        Nobody saves a forked child's beats, so there one becomes an event every `stale_after` / 10 seconds.
        """
        kept: dict[str, Any] = decoding.plain(exact.encode(details)) if details else {}
        with self._lock:
            known = self._leases.get(agent)
            transition = "AgentSeen" if known is None else "AgentBack" if agent in self._stale else self._sign(agent)
            beats = known.beats + 1 if known else 1
            now = self._clock.wall()
            moved = known.moved if known is not None and known.details == kept else now
            self._leases[agent] = Lease(agent=agent, beat=now, beats=beats, details=kept, moved=moved)
            self._beaten[agent] = self._clock.steady()
            for known_as in (self._stale, self._left, self._brought_back):
                known_as.discard(agent)
            self._unsaved.add(agent)
        if transition:
            self._append(transition, agent, {"details": details} if details else {})
            self._told[agent] = self._clock.steady()

    def _sign(self, agent: str) -> str:
        """The event that a forked child's beat is due to be, if any."""
        if os.getpid() == self._pid:
            return ""
        if self._told_by != os.getpid():
            self._told, self._told_by = {}, os.getpid()
        told = self._told.get(agent)
        return "AgentSeen" if told is None or self._clock.steady() - told >= self.stale_after / SIGNS else ""

    def sweep(self, interval: float, state: State | None = None) -> list[str]:
        """Find the agents that have been silent for `stale_after` seconds; to be called each `interval` seconds.

        Counted on the clock that never jumps, and only while this process ran: after a pause of the whole process
        everyone gets a fresh term. `state` is what the events tell: a forked child's beats are events alone, and who
        works is not silent.
        """
        self._tell_who_left()
        now = self._clock.steady()
        with self._lock:
            late, self._swept = now - self._swept > LATE_SWEEP * max(interval, 1.0), now
            if late:
                self._beaten = dict.fromkeys(self._beaten, now)
            silent = [a for a, at in self._beaten.items() if now - at > self.stale_after and a not in self._stale]
            silent = self._unheard(silent, state, now) if silent and state is not None else silent
            self._stale.update(silent)
        told: set[str] = set()
        try:
            for agent in silent:
                self._append("AgentStale", agent, {"beat": self._leases[agent].beat})
                told.add(agent)
        finally:
            self._stale.difference_update(set(silent) - told)  # They are told of at the next sweep.
        return silent

    def _tell_who_left(self) -> None:
        """Once more, after a restore to when they had not."""
        for agent in list(self._brought_back):
            self._append("AgentGone", agent, {})
            self._brought_back.discard(agent)

    def _unheard(self, silent: list[str], state: State, now: float) -> list[str]:
        worked, wall = last_work(state), self._clock.wall()
        since = wall - self.stale_after * MICROSECONDS
        return [
            agent
            for agent in silent
            if not since <= worked.get(agent, 0) <= wall and not self._heard(agent, state.agents.get(agent), now)
        ]

    def _heard(self, agent: str, record: AgentRecord | None, now: float) -> bool:
        """Whether an event tells that it lives; where the wall clock went back, by when it was first seen here."""
        if record is None or record.health != "alive":
            return False
        age = self._clock.wall() - record.updated[0]
        if age >= 0:
            return age <= self.stale_after * MICROSECONDS
        if self._noticed.get(agent, (None, now))[0] != record.updated:
            self._noticed[agent] = (record.updated, now)
        return now - self._noticed[agent][1] <= self.stale_after

    def leave(self, agent: AgentId) -> None:
        """Note that `agent` has left: nobody misses it, and its next beat is a return."""
        with self._lock:
            self._beaten.pop(agent, None)
            self._left.add(agent)
            if agent in self._leases:
                self._stale.add(agent)
        self._append("AgentGone", agent, {})

    def look_again(self, state: State) -> None:
        """After a restore: let the next beat of each agent be told that `state` does not know, or not as alive.

        Whom it shows as alive the next sweep finds silent again, or tells of again that they have left.
        """
        with self._lock:
            alive = {id for id, agent in list(state.agents.items()) if agent.health == "alive"}
            self._stale = self._stale - (alive & self._beaten.keys()) | (self._leases.keys() - alive)
            self._brought_back = self._left & alive

    def save(self, put: Callable[[list[Lease]], object]) -> None:
        """Give `put` the leases that changed since they were last saved; those it failed on are given again next time.

        Where it fails on all of them at once for a reason of one, each is given alone, so that the others are saved.
        """
        left = self.take_unsaved()
        try:
            if left:
                put(left)
            left = []
        except (StoreUnavailable, OSError):
            raise  # The store fails, whichever lease it is given.
        except Exception as error:  # Whatever one lease holds that a store cannot: the others are saved alone.
            left = _each_alone(left, put)
            log.warning("The last heartbeats of %s were not kept: %s", [lease.agent for lease in left], error)
        finally:
            self.put_back(left)

    def take_unsaved(self) -> list[Lease]:
        """The leases that changed since the last call, for the store."""
        with self._lock:
            changed, self._unsaved = self._unsaved, set()
            return [self._leases[agent] for agent in changed]

    def put_back(self, leases: list[Lease]) -> None:
        """These were not saved after all."""
        with self._lock:
            self._unsaved.update(lease.agent for lease in leases)

    def all(self) -> list[Lease]:
        """Every agent's lease, by agent."""
        with self._lock:
            return sorted(self._leases.values(), key=lambda lease: lease.agent)


def _each_alone(leases: list[Lease], put: Callable[[list[Lease]], object]) -> list[Lease]:
    """Those that `put` fails on."""
    failed = []
    for lease in leases:
        try:
            put([lease])
        except Exception:  # Whatever a store makes of a lease that it cannot hold; it is told of by the caller.
            failed.append(lease)
    return failed
