"""The checkpoints of graphs, and the steps within their nodes, written and read in a run."""

from __future__ import annotations

from functools import partial

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.steps import Steps
from jarvis_ctx.graphs.pen import Pen
from jarvis_ctx.graphs.ports import Ref
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.records import CheckpointPut
from jarvis_ctx.graphs.standing import of_checkpoint
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.sidecar.pauses import PAUSES
from jarvis_ctx.sidecar.threads import LiveThreads


class _Every:
    """Contains each run: what a step of a node had done holds for as long as the node has not ended."""

    def __contains__(self, run: object) -> bool:
        return True


class LiveGraphs:
    """The graphs of a run, in its own process."""

    def __init__(self, threads: LiveThreads, sink: Sink, run: RunRecord) -> None:
        self._threads = threads
        self.steps = Steps(sink, replay=True, run=run, chain_runs=_Every(), pauses=PAUSES)
        """Steps within nodes: a framework goes on with a thread by itself, so that any run's results count."""
        self.pen = Pen(partial(threads.append, own=True), lambda: threads.writer, self._parent)

    def reader(self, thread: str | None = None) -> Reader:
        """Reads what was put so far: of `thread`, or of all. Raises `StoreUnavailable`."""
        return Reader(self._threads.source(thread))

    def _parent(self, thread: str, namespace: str, id: str) -> tuple[Ref, CheckpointPut] | None:
        reader = self.reader(thread)
        standing = of_checkpoint(reader.source, thread, namespace, id)
        return None if standing is None else (standing.put.ref, reader.record(standing))
