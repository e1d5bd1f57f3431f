"""Any order of calls, deaths, damage and jumps of the clock leaves what a dict would remember."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jarvis_ctx.codec.redaction import Redaction

pytestmark = pytest.mark.crash

TASKS = st.sampled_from(["a", "b", "ü/ c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
).filter(lambda value: Redaction()(value) == value)
"""None of them has what is shown nowhere."""
HOUR = 3_600_000_000


class Remembering(RuleBasedStateMachine):
    """The sidecar in a process of its own, beside a plain dict."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.obedient"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.commands, self.answers = self.process.stdin, self.process.stdout
        self.model: dict[str, Any] = {"tasks": {}, "attributes": {}, "decisions": [], "conversation": []}
        self.points: dict[str, dict[str, Any]] = {}
        self.copies: dict[str, set[str]] = {}
        """Where each point is kept."""
        self.seen: dict[str, Any] = {}
        self.alive = False
        self.shift = 0

    def tell(self, line: dict[str, Any]) -> Any:
        self.commands.write(json.dumps(line).encode() + b"\n")
        self.commands.flush()
        return json.loads(self.answers.readline())

    def say(self, verb: str, *arguments: Any) -> Any:
        return self.tell({"do": verb, "with": arguments})

    @initialize()
    def begin(self) -> None:
        self.open(crashed=False)

    def open(self, *, crashed: bool) -> None:
        self.seen = self.tell({"path": str(self.folder / "store"), "shift": self.shift})
        self.alive = True
        assert (self.seen.pop("crashed"), self.seen.pop("lost")) == (crashed, 0)

    @rule(task=TASKS, percentage=st.integers(0, 100))
    def progress(self, task: str, percentage: int) -> None:
        self.say("update_task_progress", task, {"percentage": percentage})
        self.model["tasks"].setdefault(task, ["pending", 0])[1] = percentage

    @rule(task=TASKS, status=st.sampled_from(["in_progress", "completed", "failed", "my own"]))
    def change(self, task: str, status: str) -> None:
        self.say("update_task_progress", task, {"status": status})
        self.model["tasks"].setdefault(task, ["pending", 0])[0] = status

    @rule(name=st.sampled_from("xy"), value=VALUES)
    def keep(self, name: str, value: Any) -> None:
        self.say("set_attribute", name, value)
        self.model["attributes"][name] = value

    @rule(value=VALUES)
    def decide(self, value: Any) -> None:
        self.say("log_decision", "severity", None, value)
        self.model["decisions"].append(value)

    @rule(value=VALUES)
    def speak(self, value: Any) -> None:
        self.say("add_message", "user", value)
        self.model["conversation"].append(value)

    @rule()
    def checkpoint(self) -> None:
        self.say("checkpoint")

    @rule(label=st.sampled_from("pq"))
    def mark(self, label: str) -> None:
        self.say("mark_recovery_point", label)
        self.points[label], self.copies[label] = deepcopy(self.model), {"database", "file"}

    @precondition(lambda self: self.points)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(sorted(self.points)))
        self.seen = self.say("restore", label)
        self.model = deepcopy(self.points[label])

    @rule(damage=st.sampled_from(["", "no database", "empty database", "old database", "no checkpoints", "neither"]))
    def crash(self, damage: str) -> None:
        if damage == "old database" and not (self.folder / "old.db").exists():
            damage = ""
        assert self.tell({"do": "die"}) == "ended"
        self.spoil(damage)
        self.lose({"no checkpoints": {"file"}, "neither": {"database", "file"}, "": set()}.get(damage, {"database"}))
        self.open(crashed=True)

    def lose(self, places: set[str]) -> None:
        """A point of which no copy is left anywhere cannot be gone back to any more."""
        self.copies = {label: left for label, kept in self.copies.items() if (left := kept - places)}
        self.points = {label: model for label, model in self.points.items() if label in self.copies}

    def spoil(self, damage: str) -> None:
        store = self.folder / "store"
        database = store / "jarvis_context.db"
        if damage in ("no database", "neither", "old database"):
            for file in store.glob("jarvis_context.db*"):
                file.unlink()
        if damage == "old database":
            shutil.copy(self.folder / "old.db", database)
            database.chmod(0o600)
        if damage == "empty database":
            database.write_bytes(b"")
        if damage in ("no checkpoints", "neither"):
            for file in (store / "checkpoints").iterdir():
                file.unlink()

    @rule(keep_database=st.booleans(), shift=st.sampled_from([0, -HOUR, 24 * HOUR]))
    def close_and_start(self, keep_database: bool, shift: int) -> None:
        self.say("close")
        assert json.loads(self.answers.readline()) == "ended"
        if keep_database:
            shutil.copy(self.folder / "store" / "jarvis_context.db", self.folder / "old.db")
        self.shift = shift
        self.open(crashed=False)

    @invariant()
    def the_same_is_remembered(self) -> None:
        if self.seen:
            assert self.seen == self.model
            self.seen = {}

    def teardown(self) -> None:
        if self.alive:
            self.commands.write(b'{"do": "die"}\n')
        self.commands.close()
        self.process.wait(60)
        self.answers.close()
        shutil.rmtree(self.folder)


def test_any_order_of_calls_deaths_damage_and_clock_jumps_leaves_what_was_acknowledged() -> None:
    rounds = int(os.environ.get("MODEL_ROUNDS", "5"))

    run_state_machine_as_test(
        Remembering,
        settings=settings(
            max_examples=rounds, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
