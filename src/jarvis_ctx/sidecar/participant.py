"""The sidecar of a process that only takes part in a run: a spawned worker, an agent in a subprocess."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis_ctx.sidecar.manager import JarvisContextManager


class Participant(JarvisContextManager):
    """Captures into the live run of the process that has started this one, with a pen of its own.

    As in a forked child nothing runs in its background, and its end is not the run's: the run's own process drains
    what it writes, takes the checkpoints and answers requests. Once that process is gone and a successor has begun,
    calls here raise `Fenced`. Raises `StoreUnavailable` where no run goes on.
    """

    joining = True

    def _start(self) -> None:
        """Nothing: all that runs is the run's own process's."""

    def record_code(self, hashes: Mapping[str, str]) -> None:
        """The run's own process has."""
