"""The state: what all events together say, at a position."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.model.agent import AgentRecord
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.event import Event, Stamp
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.object_state import ObjectState
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord

FOLD_VERSION = 1
"""Version of the fold; a checkpoint folded by another version is not used as a base."""


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A named value of the orchestrator; `value` is tagged JSON."""

    value: Any
    updated: Stamp


class State(msgspec.Struct, kw_only=True):
    """The fold of one orchestrator's events. The dicts change; the records in them never do, so a copy is shallow.

    The records are trees of plain data, which the garbage collector need not look at (`gc=False`): with 50,000 tasks a
    full collection held up the whole process for more than 100 ms.
    """

    name: str
    version: int = FOLD_VERSION
    history: int = 100
    position: dict[str, int] = {}
    stamp: Stamp = (0, "", 0)
    runs: dict[str, RunRecord] = {}
    """The latest; the older ones are forgotten."""
    chained: dict[str, RunId] = {}
    """The chain of each forgotten run of the present one: its results stand in for calls all the same."""
    runs_forgotten: int = 0
    recoveries_forgotten: int = 0
    """How many of them followed a crash."""
    fences: dict[str, int] = {}
    tasks: dict[str, TaskRecord] = {}
    steps: dict[str, dict[str, StepRecord]] = {}
    agents: dict[str, AgentRecord] = {}
    attributes: dict[str, Attribute] = {}
    objects: dict[str, ObjectState] = {}
    decisions: list[Event] = []
    messages: list[Event] = []
    conversation: list[Event] = []
    points: list[Event] = []
    exceptions: list[Event] = []
    healed: list[Event] = []
    """How often the database was made anew while a run lived."""
    restores: list[Restored] = []
    """Every return to an earlier moment, oldest first."""
    late: dict[str, int] = {}
    """Subjects that an event reached after a later one, and how many did."""
    unreadable: dict[str, int] = {}
    """Kinds of events this version could not read, and how many there were."""
    cut: Cut = Cut()
    """What was cleaned up; the records here still stand for it."""
    retired: Stamp = (0, "", 0)
    """The latest change of a task that has retired: an event before it, of a task not here, comes late."""

    def copy(self) -> State:
        """A picture that later events do not change; costs one pass over the dicts, no record is copied."""
        fields: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            fields[name] = value.copy() if isinstance(value, dict | list) else value
        return State(**fields)

    @property
    def chain(self) -> str:
        """The first run of the present chain of crashes, or nothing before the first run."""
        latest = self.latest_run
        return latest.chain if latest else ""

    @property
    def latest_run(self) -> RunRecord | None:
        """The run with the greatest epoch."""
        return max(self.runs.values(), key=lambda run: run.epoch, default=None)

    def chain_of(self, run: str) -> str:
        """The chain that a run belongs to; nothing for one that is not known, or forgotten with its chain."""
        known = self.runs.get(run)
        return known.chain if known is not None else self.chained.get(run, "")

    def runs_of(self, chain: str) -> set[str]:
        """The runs of a chain, the forgotten ones of the present chain too."""
        known = {run.id for run in self.runs.values() if run.chain == chain}
        return known.union(run for run, its in self.chained.items() if its == chain)
