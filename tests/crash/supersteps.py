"""A LangGraph thread that is killed over and over: each superstep that was acknowledged must be in its checkpoints."""

from __future__ import annotations

import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from tests.crash.harness import Stage

CONFIG: Any = {"configurable": {"thread_id": "counting"}}


class Supersteps(msgspec.Struct, frozen=True, kw_only=True):
    """What became of them."""

    kills: int
    acknowledged: list[int]
    """How many were done each time one began, through all lives: LangGraph begins one when those before it are."""
    kept: list[int]
    """How many are done in each checkpoint of the thread, the latest first."""

    @property
    def lost(self) -> int:
        """Supersteps that were acknowledged, and then done again."""
        last = self.kept[0] if self.kept else 0
        return sum(max(0, before - after) for before, after in pairwise([*self.acknowledged, last]))

    @property
    def again(self) -> int:
        """Those that were begun twice because they had not been acknowledged."""
        return sum(before == after for before, after in pairwise(self.acknowledged))

    @property
    def wrong(self) -> list[str]:
        """What must not be, a sentence each."""
        found = [f"{self.lost} acknowledged supersteps were lost"] if self.lost else []
        if self.again > self.kills:
            found.append(f"{self.again} supersteps were begun twice, at {self.kills} kills")
        if self.kept != sorted(set(self.kept), reverse=True) or len(self.kept) != self.kept[0] + 1:
            found.append(f"the thread's checkpoints have holes, or some of them twice: {self.kept[:20]}")
        return found


def killed(stage: Stage, kills: int, folder: Path) -> Supersteps:
    """Run a thread in so many lives, each killed at a random moment, and look at what is left."""
    begun = folder / "begun"
    for left in reversed(range(kills)):
        child = stage.server.start(f"{__name__}:live", path=stage.store, begun=begun)
        assert child.line() == "opened"
        if not left or stage.random.random() < 0.8:
            assert child.line() == "begun"
        stage.kill_within(child, 0.1)
    last = stage.server.start(f"{__name__}:look", path=stage.store)
    kept = json.loads(last.line())
    assert last.wait() == 0
    return Supersteps(kills=kills, acknowledged=[int(line) for line in begun.read_text().split()], kept=kept)


def live(path: str, begun: str) -> None:
    """A child's role: carry the thread on, or begin it, with nodes that take no time, and never end."""
    from jarvis_ctx.adapters.langgraph import JarvisSaver, resume_interrupted, watch

    # It is killed on purpose, and not to be set aside for that.
    with JarvisSaver(path, max_attempts=100_000) as saver:
        graph = watch(_counting(begun).compile(checkpointer=saver).with_config(recursion_limit=1_000_000_000))
        _say("opened")
        resume_interrupted(graph)
        graph.invoke({"done": 0}, CONFIG)


def look(path: str) -> None:
    """A child's role: say as JSON how many supersteps are done in each checkpoint, the latest first."""
    from jarvis_ctx.adapters.langgraph import JarvisSaver

    with JarvisSaver(path) as saver:
        values = [found.checkpoint["channel_values"] for found in saver.list(CONFIG)]
    _say(json.dumps([value["done"] for value in values if "done" in value]))


def _counting(begun: str) -> Any:
    from langgraph.graph import START, StateGraph

    told = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    first = True

    def node(state: Any) -> dict[str, int]:
        nonlocal first
        os.write(told, b"%d\n" % state["done"])
        if first:
            _say("begun")
        first = False
        return {"done": state["done"] + 1}

    builder: Any = StateGraph(_Done)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_edge("node", "node")
    return builder


class _Done(TypedDict):
    done: int


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
