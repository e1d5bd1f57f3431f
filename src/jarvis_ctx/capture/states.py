"""The state of the orchestrator's own objects: kept whenever a captured call of theirs returns and it has changed."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

from jarvis_ctx.capture.current import current_task
from jarvis_ctx.capture.restoring import Restoring
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.state_source import Read, Reasons, StateSource
from jarvis_ctx.capture.state_values import JSON, Bytes, Seal, as_bytes, why
from jarvis_ctx.capture.values import encodable
from jarvis_ctx.clock import Clock
from jarvis_ctx.codec.reasons import name_of
from jarvis_ctx.errors import JarvisError, TooManyObjects
from jarvis_ctx.journal import forks
from jarvis_ctx.model.run import RunRecord

log = logging.getLogger("jarvis_ctx")

Stored = Callable[[dict[str, Any]], dict[str, Any]]
"""What makes of a dict the one that may be stored: itself, or one without secrets."""

OBJECTS = 100
"""Objects of a run whose state is kept."""
SMALL = 4096
"""Bytes of a state up to which it is kept at every return, however short the interval."""
ROUNDS = 3
"""Captures in a row that one thread makes for others that returned meanwhile."""


class Watched:
    """One object, and what was last kept of it."""

    def __init__(self, name: str, source: StateSource, find: Callable[[], Any]) -> None:
        self.name, self.source, self.find = name, source, find
        self.digest, self.size, self.at, self.count = b"", 0, 0.0, 0
        self.failed = ""
        self.said: set[tuple[str, str]] = set()
        self.by: int | None = None
        """The thread that captures it now."""
        self.again = False


class ObjectStates:
    """One run's objects. `after_claims`: a re-run skips finished tasks, so states are of moments when one has ended."""

    def __init__(
        self,
        sink: Sink,
        *,
        stored: Stored,
        run: RunRecord,
        seal: Seal,
        clock: Clock,
        interval: float,
        limit: int,
        after_claims: bool,
        restoring: Restoring | None,
    ) -> None:
        self._sink, self._run, self._seal, self._clock = sink, run, seal, clock
        self._interval, self._limit, self._after_claims = interval, limit, after_claims
        self._restoring, self._stored = restoring, stored
        self.told: Callable[[str, Reasons], None] | None = None
        """Told the name of an object that was given its state back, and what it did not take."""
        self._watched: dict[int, Watched] = {}
        self._names: dict[str, int] = {}
        self._pid = run.process.pid
        self._lock = threading.RLock()  # A signal handler may make a captured call.
        forks.renew_lock(self, threading.RLock)

    def forget(self) -> None:
        """Give no object its state back any more."""
        self._restoring = None

    def knows(self, obj: Any) -> bool:
        """Whether the object is watched."""
        watched = self._watched.get(id(obj))
        return watched is not None and watched.find() is obj

    def watch(self, obj: Any, source: StateSource) -> None:
        """Keep the state of `obj` from now on, and give it back what was kept of it before a crash.

        It is known by its class's name, and by its number among the objects of that class in this run: the same
        program makes the same objects in the same order. Raises `TooManyObjects` after the first 100.
        """
        if os.getpid() != self._pid:
            return
        with self._lock:
            name = self._name(str(obj.__class__.__qualname__))
            self._watched[id(obj)] = Watched(name, source, _finder(obj))
        if self._restoring is not None:
            refused = self._restoring.restore(obj, name, source)
            if refused is not None and self.told is not None:
                self.told(name, refused)

    def _name(self, cls: str) -> str:
        if sum(self._names.values()) >= OBJECTS:
            raise TooManyObjects(cls=cls, limit=OBJECTS)
        number = self._names[cls] = self._names.get(cls, 0) + 1
        name = encodable(cls[:400])
        return name if number == 1 else f"{name}#{number}"

    def returned(self, obj: Any, *, claimed: bool) -> None:
        """A captured call of `obj` has returned: keep its state if it changed. `claimed`: the call's result is kept.

        A state larger than 4 KiB at most once in the interval. Where a re-run skips finished tasks, a call within a
        task counts only if it is itself not made again. Never waits for another thread's capture: that one is done
        once more instead. A forked child's copies are not kept. Raises what reading and appending raise.
        """
        watched = self._watched.get(id(obj))
        if watched is None or watched.find() is not obj or os.getpid() != self._pid:
            return
        if self._after_claims and not claimed and current_task.get() is not None:
            return
        if watched.size > SMALL and self._clock.steady() - watched.at < self._interval:
            return
        if self._begin(watched):
            self._capture(watched, obj)

    def _begin(self, watched: Watched) -> bool:
        with self._lock:
            if watched.by is not None:
                watched.again = watched.by != threading.get_ident()
                return False
            watched.by = threading.get_ident()
            return True

    def _capture(self, watched: Watched, obj: Any) -> None:
        try:
            for _ in range(ROUNDS):
                watched.again = False
                self._take(watched, obj)
                with self._lock:
                    if not watched.again:
                        watched.by = None
                        return
        finally:
            watched.by = None

    def _take(self, watched: Watched, obj: Any) -> None:
        position = self._position()
        captured, watched.at = self._clock.wall(), self._clock.steady()
        try:
            read = watched.source.read(obj)
        except Exception as error:  # Code of the person's own; whoever called counts it.
            self._failed(watched, f"capture_state raised {name_of(type(error))}: {encodable(str(error)[:500])}")
            raise
        kept, lost = self._kept(read, watched.source)
        self._warn(watched, lost)
        digest = _digest(kept, lost)
        if digest == watched.digest and not watched.failed and self._has(watched):
            return
        watched.count += 1
        place = (self._run.id, watched.name, watched.count)
        body: dict[str, Any] = {
            "captured": captured,
            "position": position,
            "count": watched.count,
            "fields": [[name, value[0], self._seal.close(value, *place, name)] for name, value in kept.items()],
            "lost": [list(reason) for reason in lost],
        }
        self._sink.append("StateCaptured", watched.name, {**body, "whole": True} if read.whole else body, own=True)
        watched.digest, watched.failed = digest, ""
        watched.size = sum(len(data) for _, data in kept.values())

    def _has(self, watched: Watched) -> bool:
        """Whether the last capture is what would be given back: a restore may have brought back an earlier one."""
        known = self._sink.state.objects.get(watched.name)
        return known is not None and (known.run, known.count) == (self._run.id, watched.count)

    def _kept(self, read: Read, source: StateSource) -> tuple[dict[str, Bytes], Reasons]:
        kept: dict[str, Bytes] = {}
        lost = list(read.lost)
        for name, value in read.fields.items():
            try:
                how, data = as_bytes(value, source.allowed, self._limit)
            except JarvisError as error:
                lost.append((name, why(error)))
                continue
            if self._is_secret({name: value if how == JSON else data}):
                lost.append((name, "it holds what looks like a secret, and those are not stored (secrets='drop')"))
            else:
                kept[name] = how, data
        while (size := sum(len(data) for _, data in kept.values())) > self._limit:
            largest = max(kept, key=lambda name: len(kept[name][1]))
            lost.append((largest, f"the state has {size} bytes, over the limit of {self._limit}"))
            del kept[largest]
        return kept, lost

    def _is_secret(self, field: dict[str, Any]) -> bool:
        stored = self._stored(field)
        return stored is not field and stored != field

    def _position(self) -> dict[str, int]:
        """How far the writers of this run have come; those of earlier ones write no more."""
        everyone = dict(self._sink.state.position)  # In one go: other threads append meanwhile.
        return {writer: number for writer, number in everyone.items() if writer[:8] == self._run.writer[:8]}

    def _failed(self, watched: Watched, reason: str) -> None:
        """Keep that the capture failed, once a reason; the fields that were kept last stay."""
        if watched.failed != reason:
            self._sink.append("StateCaptured", watched.name, {"failed": reason})
            watched.failed = reason

    def _warn(self, watched: Watched, lost: Reasons) -> None:
        for name, reason in lost:
            if (name, reason) not in watched.said:
                watched.said.add((name, reason))
                log.warning("%s: the field %r of its state is not kept: %s", watched.name, name, reason)


def _digest(kept: dict[str, Bytes], lost: Reasons) -> bytes:
    digest = hashlib.sha256(repr(lost).encode("utf-8", "backslashreplace"))
    for name, (how, data) in kept.items():
        digest.update(f"{name}\0{how}{len(data)}\0".encode())
        digest.update(data)
    return digest.digest()


def _finder(obj: Any) -> Callable[[], Any]:
    """Gives the object while it lives; one that takes no weak reference is held."""
    try:
        return weakref.ref(obj)
    except TypeError:
        return lambda: obj
