"""What adapters of frameworks write with in a run, loaded for whoever has one: threads, and graphs' checkpoints."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.sidecar.opening import OpenStore

if TYPE_CHECKING:
    from jarvis_ctx.sidecar.graphs import LiveGraphs
    from jarvis_ctx.sidecar.threads import LiveThreads


class ForFrameworks:
    """The part of a sidecar that adapters use."""

    run: RunRecord
    journal: Journal
    _sink: Sink
    _view: View
    _opened: OpenStore

    @property
    def known_tasks(self) -> dict[str, TaskRecord]:
        """The tasks that the state has now. Other threads change it: copy it before you go through it."""
        return self.journal.writer.state.tasks

    @cached_property
    def threads(self) -> LiveThreads:
        """What frameworks tell of their threads and sessions."""
        from jarvis_ctx.sidecar.threads import LiveThreads

        return LiveThreads(self.journal, self._sink, self._view)

    @cached_property
    def graphs(self) -> LiveGraphs:
        """The checkpoints of graphs, and the steps in their nodes."""
        from jarvis_ctx.sidecar.graphs import LiveGraphs

        return LiveGraphs(self.threads, self._sink, self.run)

    def forget_threads(self) -> None:
        """Let go of what is known by heart of threads, some of which were dropped."""
        if "graphs" in self.__dict__:
            self.graphs.pen.forget()
