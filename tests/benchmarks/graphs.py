"""JarvisSaver against the savers that LangGraph ships: what storing, a superstep, bytes and reading cost."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph

from jarvis_ctx.adapters.langgraph import JarvisSaver, watch
from tests.benchmarks.day import size
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, interleaved, p50, ratio, timed, typical
from tests.benchmarks.savers import Saver, Savers, savers, sqlite_saver

TASKS, SUPERSTEPS = 1_000, 100
FEW, MANY = 10, 10_000


class State(TypedDict):
    """What a graph of a benchmark keeps; a trivial one has no tasks."""

    step: int
    tasks: Annotated[dict[str, str], operator.or_]


def measure(effort: Effort) -> list[Figure]:
    """All of it, one after the other."""
    with savers() as found:
        return [*_storing(found, effort), _supersteps(found, effort), _bytes(), _reading(found, effort)]


def _storing(found: Savers, effort: Effort) -> list[Figure]:
    rounds, supersteps = max(1, effort.rounds // 2), max(10, effort.calls // 5)
    named: dict[str, Saver] = {
        "jarvis": found.jarvis,
        "shipped": found.shipped,
        "fast": found.fast,
        "serialising": found.serialising,
    }
    sides = {name: partial(found.stored, saver, supersteps) for name, saver in named.items()}
    measured = interleaved(sides, rounds)
    ours, shipped, fast, least = (typical(measured[name], p50) for name in named)
    said = (
        f"JarvisSaver {ours:.0f} µs, SqliteSaver as shipped {shipped:.0f} µs, with WAL and NORMAL {fast:.0f} µs. "
        f"LangGraph's serialiser alone takes {least:.0f} µs."
    )
    return [
        Figure(
            what=f"`JarvisSaver.put` + `put_writes` over `SqliteSaver` {how}, p50",
            value=ratio(measured["jarvis"], measured[name], p50),
            unit="×",
            reach=reach,
            rounds=f"{rounds} rounds of {supersteps} supersteps a side",
            details=[said],
        )
        for name, how, reach in (("shipped", "as shipped", 0.25), ("fast", "forced to WAL and NORMAL", 1.0))
    ]


def _supersteps(found: Savers, effort: Effort) -> Figure:
    rounds = max(1, effort.rounds // 2)
    compiled: dict[str, Any] = {
        "jarvis": _graph(_trivial).compile(checkpointer=found.jarvis),
        # A saver of its own on the same store: who watches is told of everything that goes through the saver.
        "watched": watch(_graph(_trivial).compile(checkpointer=JarvisSaver(found.jarvis.manager))),
        "sqlite": _graph(_trivial).compile(checkpointer=found.shipped),
        "memory": _graph(_trivial).compile(checkpointer=found.memory),
        "serialising": _graph(_trivial).compile(checkpointer=found.serialising),
        "undrained": _graph(_trivial).compile(checkpointer=found.undrained),
    }

    def run(graph: Any) -> list[Sample]:
        began, worked = time.perf_counter(), time.process_time()
        graph.invoke({"step": 0}, {**found.thread(), "recursion_limit": 2 * SUPERSTEPS}, durability="sync")
        spent, worked = time.perf_counter() - began, time.process_time() - worked
        found.jarvis.manager.flush()
        found.undrained.manager.flush()
        return [spent / SUPERSTEPS * 1e6, worked / SUPERSTEPS * 1e6]

    measured = interleaved({name: partial(run, graph) for name, graph in compiled.items()}, rounds)
    over = {name: ratio(samples, measured["memory"], _wall) for name, samples in measured.items()}
    busy = {name: ratio(samples, measured["memory"], _processor) for name, samples in measured.items()}
    each = ", ".join(f"{name} {typical(samples, _wall):.0f} µs" for name, samples in measured.items())
    ours, theirs = (
        _within(saver, partial(run, compiled[name]))
        for name, saver in (("undrained", found.undrained), ("memory", found.memory))
    )
    return Figure(
        what='a trivial superstep, `durability="sync"`, over the same with InMemorySaver',
        value=over["jarvis"],
        unit="×",
        reach=1.15,
        rounds=f"{rounds} rounds of {SUPERSTEPS} supersteps a side",
        details=[
            f"SqliteSaver as shipped {over['sqlite']:.2f} ×, a watched graph {over['watched']:.2f} ×. {each}.",
            f"Serialised and not stored it is {over['serialising']:.2f} ×, in the journal and not drained meanwhile "
            f"{over['undrained']:.2f} ×; the rest is the drain beside it.",
            f"In processor time of all threads {busy['jarvis']:.2f} ×, not drained meanwhile "
            f"{busy['undrained']:.2f} ×, watched {busy['watched']:.2f} ×.",
            f"Within a superstep `put` and `put_writes` take {ours:.0f} µs, InMemorySaver's {theirs:.0f} µs: what is "
            "more is Python, spread over encoding, digest, frame and fold.",
        ],
    )


def _wall(samples: list[Sample]) -> float:
    return samples[0]


def _processor(samples: list[Sample]) -> float:
    return samples[1]


def _within(saver: Saver, run: Callable[[], object]) -> float:
    """Microseconds that `put` and `put_writes` of this saver take together while `run` goes on, the median of each."""
    took: dict[str, list[Sample]] = {"put": [], "put_writes": []}
    for name, samples in took.items():
        setattr(saver, name, _timing(getattr(saver, name), samples))
    run()
    for name in took:
        delattr(saver, name)
    return sum(map(p50, took.values()))


def _timing(call: Callable[..., Any], samples: list[Sample]) -> Callable[..., Any]:
    @wraps(call)
    def timing(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        done = call(*given, **named)
        samples.append((time.perf_counter() - began) * 1e6)
        return done

    return timing


def _bytes() -> Figure:
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        ours, theirs = Path(folder) / "store", Path(folder) / "theirs.db"
        with JarvisSaver(ours, handle_signals=False) as saver:
            before = _handed_over()
            _change_tasks(saver)
        appended = sum(len(segment.read_bytes().rstrip(b"\0")) for segment in ours.glob("journal/*.seg"))
        written = _handed_over() - before + appended
        shipped = sqlite_saver(theirs)
        before = _handed_over()
        _change_tasks(shipped)
        shipped.conn.close()
        written_theirs = _handed_over() - before
        kept, kept_theirs = size(ours), size(Path(folder), "theirs.db*")
    return Figure(
        what=f"bytes written for {SUPERSTEPS} supersteps, one of {TASKS:,} tasks changes in each, over `SqliteSaver`'s",
        value=100 * written / written_theirs,
        unit="%",
        reach=5,
        rounds="one run a side",
        details=[
            f"{written / 1e6:.2f} MB, of these {appended / 1e6:.2f} MB events and the rest for the database, against "
            f"{written_theirs / 1e6:.1f} MB; files in the end {kept / 1e6:.2f} MB against {kept_theirs / 1e6:.1f} MB. "
            "Each drain writes some ten pages of 4 KB of the database again, and there is one in 50 to 250 ms: where "
            "the run takes longer, more is written.",
        ],
    )


def _change_tasks(saver: Saver) -> None:
    graph = _graph(_busy).compile(checkpointer=saver)
    tasks = {f"task-{number}": f"{number:040d} in progress, waits for the next one" for number in range(TASKS)}
    given: Any = {"step": 0, "tasks": tasks}
    graph.invoke(given, {"configurable": {"thread_id": "1"}, "recursion_limit": 2 * SUPERSTEPS}, durability="sync")


def _handed_over() -> int:
    """Bytes that this process has given to the system to be written so far."""
    counted = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counted["wchar"])


def _reading(found: Savers, effort: Effort) -> Figure:
    many, reads = max(FEW, round(MANY * effort.share)), max(10, effort.calls // 10)
    threads = [found.thread() for _ in range(2)]
    for at, supersteps in zip(threads, (FEW, many), strict=True):
        found.stored(found.jarvis, supersteps, at)
    few, large = threads
    sides = {
        "few": lambda: timed(lambda _: found.jarvis.get_tuple(few), range(reads)),
        "many": lambda: timed(lambda _: found.jarvis.get_tuple(large), range(reads)),
    }
    measured = interleaved(sides, max(1, effort.rounds // 2))
    return Figure(
        what=f"`get_tuple` with {many:,} checkpoints in the thread, over one with {FEW}, p50",
        value=ratio(measured["many"], measured["few"], p50),
        unit="×",
        reach=1.5,
        rounds=f"{max(1, effort.rounds // 2)} rounds of {reads} reads a side",
        details=[f"{typical(measured['many'], p50):.0f} µs against {typical(measured['few'], p50):.0f} µs."],
    )


def _trivial(state: State) -> dict[str, Any]:
    return {"step": state["step"] + 1}


def _busy(state: State) -> dict[str, Any]:
    step = state["step"] + 1
    return {"step": step, "tasks": {f"task-{step * 7 % TASKS}": f"done in superstep {step}"}}


def _graph(node: Callable[[State], dict[str, Any]]) -> Any:
    """One node, again and again."""
    builder: Any = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_conditional_edges("node", lambda state: END if state["step"] >= SUPERSTEPS else "node")
    return builder
