"""LangGraph's savers side by side: ours, SqliteSaver as it is shipped and as fast as it goes, and the one in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint, get_checkpoint_metadata
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

from jarvis_ctx.adapters.langgraph import JarvisSaver
from tests.benchmarks.rounds import Sample, timed

Saver = BaseCheckpointSaver[Any]
NOTES = [
    f"note {number}: what was found in the {number}th source, and whether it can be believed" for number in range(9)
]


class Serialising(InMemorySaver):
    """Serialises what it is given and stores nothing of it: the least that a saver can do."""

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        values = checkpoint["channel_values"]
        rest = {name: value for name, value in checkpoint.items() if name != "channel_values"}
        for value in (rest, get_checkpoint_metadata(config, metadata), *map(values.get, new_versions)):
            self.serde.dumps_typed(value)
        return {"configurable": {**config["configurable"], "checkpoint_id": checkpoint["id"]}}

    def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        for _, value in writes:
            self.serde.dumps_typed(value)


class Savers:
    """All of them open; `jarvis` has its background threads running, `undrained` has none that drains."""

    def __init__(self, jarvis: JarvisSaver, undrained: JarvisSaver, shipped: Saver, fast: Saver) -> None:
        self.jarvis, self.undrained, self.shipped, self.fast = jarvis, undrained, shipped, fast
        self.memory, self.serialising = InMemorySaver(), Serialising()
        self._threads = count(1)

    def stored(self, saver: Saver, supersteps: int, thread: Any = None) -> list[Sample]:
        """So many supersteps of a thread, a new one unless given: `put` and `put_writes` of each."""
        given, at = [_superstep(number) for number in range(supersteps)], thread or self.thread()

        def store(number: int) -> None:
            nonlocal at
            checkpoint, versions, writes = given[number]
            at = saver.put(at, checkpoint, {"source": "loop", "step": number, "parents": {}}, versions)
            saver.put_writes(at, writes, "0f5dd5a2-9ba5-5a0f-8c5f-6b3a1f1c2d3e")

        samples = timed(store, range(supersteps))
        self.jarvis.manager.flush()
        return samples

    def thread(self) -> Any:
        """The config of a thread that no saver knows."""
        return {"configurable": {"thread_id": f"thread-{next(self._threads)}", "checkpoint_ns": ""}}


def _superstep(number: int) -> tuple[Any, dict[str, Any], list[tuple[str, Any]]]:
    """A checkpoint of a small agent's state, of which two channels are new, and what its node wrote."""
    notes = [*NOTES, f"note of superstep {number}"]
    values = {"question": "Which of the sources can be believed, and why?" * 4, "notes": notes, "step": number}
    new = {"notes": number + 1, "step": number + 1}
    checkpoint = {**empty_checkpoint(), "channel_values": values, "channel_versions": {"question": 1, **new}}
    return checkpoint, new if number else {"question": 1, **new}, [("notes", notes), ("step", number)]


def sqlite_saver(path: Path) -> SqliteSaver:
    """As `SqliteSaver.from_conn_string` makes it."""
    saver = SqliteSaver(sqlite3.connect(path, check_same_thread=False))
    saver.setup()
    return saver


@contextmanager
def savers() -> Iterator[Savers]:
    """All of them in one new folder."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder, ExitStack() as opened:
        shipped, fast = (sqlite_saver(Path(folder) / f"{name}.db") for name in ("shipped", "fast"))
        opened.callback(shipped.conn.close)
        opened.callback(fast.conn.close)
        fast.conn.execute("PRAGMA synchronous = NORMAL")
        jarvis = opened.enter_context(JarvisSaver(Path(folder) / "store", handle_signals=False))
        undrained = JarvisSaver(Path(folder) / "undrained", handle_signals=False, drain_interval=3600)
        yield Savers(jarvis, opened.enter_context(undrained), shipped, fast)
