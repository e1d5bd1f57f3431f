"""A store on this machine, as the commands ask it: insight answers, the sidecar's requests do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.timeline import Wanted
from jarvis_ctx.insight.trail import Form
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.retention.survey import Cleanup
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.checkpoints import checkpoint_offline, request_checkpoint, request_point
from jarvis_ctx.sidecar.cleanups import clean_offline, request_cleanup, rules_of
from jarvis_ctx.sidecar.travel import request_restore, restore_offline
from jarvis_ctx.sidecar.views import StoreView

POLL = 0.25
"""Seconds between two looks for new events."""


class Local(Insight):
    """Insight, and what is told to the orchestrator.

    What is done here takes the store's locks, so the view is closed first.
    """

    deputy = "this command"

    def __init__(self, view: StoreView, settings: Settings) -> None:
        super().__init__(view)
        self._store, self._settings, self.where = view, settings, str(settings.folder)

    def events(self, limit: int, wanted: Wanted) -> list[dict[str, Any]]:
        return self.timeline(limit, wanted).lines

    def follow(self, limit: int, wanted: Wanted) -> Iterator[list[dict[str, Any]]]:
        pause, found = threading.Event(), self.timeline(limit, wanted)
        while True:
            yield found.lines
            pause.wait(POLL)
            found = self.timeline_after(found, wanted)

    def foresee(self, base: str | None, point: str) -> dict[str, Any]:
        return self.forecast(self._settings, base, point)

    def export(self, form: Form, wanted: Wanted) -> Iterator[str]:
        return self.trail(form, wanted)

    def live(self) -> int | None:
        return self._store.pulse().live_pid

    def checkpoint(self, label: str, timeout: float) -> CheckpointHeader:
        if self.live() is None:
            self._store.close()
            return checkpoint_offline(self._settings, label)
        return request_checkpoint(self._settings, label, timeout)

    def mark(self, label: str, timeout: float) -> CheckpointHeader:
        return request_point(self._settings, label, timeout)

    def restore(self, point: str, timeout: float) -> Restored:
        if self.live() is None:
            self._store.close()
            return restore_offline(self._settings, point)
        return request_restore(self._settings, point, timeout)

    def survey(self) -> Cleanup:
        return self.cleanup(rules_of(self._settings))

    def clean(self, timeout: float) -> Cleanup:
        if self.live() is None:
            self._store.close()
            return clean_offline(self._settings)
        return request_cleanup(self._settings, timeout)
