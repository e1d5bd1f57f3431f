"""What a process outside can see of an orchestrator's agents."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec.structs import replace

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.views import StoreView

KNOWN_FOR = 1.0
"""Seconds for which an answer stands."""


class AgentsMoved:
    """When an orchestrator's agents last beat with something new to say; a beat that only repeats itself is nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._clock = settings, SystemClock()
        self._known: dict[str, tuple[float, Hashable]] = {}

    def __call__(self, name: str) -> Hashable:
        asked, known = self._known.get(name, (-KNOWN_FOR, None))
        now = self._clock.steady()
        if now - asked >= KNOWN_FOR:
            known = self._ask(name)
            self._known[name] = now, known
        return known

    def _ask(self, name: str) -> Hashable:
        try:
            view = StoreView(replace(self._settings, name=name), self._clock)
        except (JarvisError, OSError):
            return None  # Not there yet, or not to be read at the moment; the journal tells of progress, too.
        try:
            return max((lease.moved for lease in view.leases()), default=None)
        except JarvisError:
            return None
        finally:
            view.close()
