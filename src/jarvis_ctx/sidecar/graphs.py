"""The checkpoints of graphs, written and read in a run."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.graphs.pen import Pen
from jarvis_ctx.graphs.ports import Ref
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.records import CheckpointPut
from jarvis_ctx.graphs.standing import of_checkpoint
from jarvis_ctx.graphs.subjects import subject
from jarvis_ctx.sidecar.threads import LiveThreads


class LiveGraphs:
    """The graphs of a run, in its own process."""

    def __init__(self, threads: LiveThreads) -> None:
        self._threads = threads
        self.pen = Pen(self._append, lambda: threads.writer, self._parent)

    def reader(self, thread: str | None = None) -> Reader:
        """Reads what was put so far: of `thread`, or of all. Raises `StoreUnavailable`."""
        return Reader(self._threads.source(thread))

    def _append(self, kind: str, about: tuple[str, ...], body: dict[str, Any]) -> int:
        return self._threads.append(kind, about[0], subject(*about), body, own=True)

    def _parent(self, thread: str, namespace: str, id: str) -> tuple[Ref, CheckpointPut] | None:
        reader = self.reader(thread)
        standing = of_checkpoint(reader.source, thread, namespace, id)
        return None if standing is None else (standing.put.ref, reader.record(standing))
