"""What differs between two moments, field by field, and what was said in the history of only one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.codec import exact
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.insight import entries
from jarvis_ctx.model.agent import AgentRecord
from jarvis_ctx.model.entries import TAILS, line
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.object_state import ObjectState
from jarvis_ctx.model.restored import stands_on
from jarvis_ctx.model.state import Attribute, State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.model.travel import Change, FieldChange, Said, Side, StateDiff
from jarvis_ctx.recovery.moments import Moment
from jarvis_ctx.recovery.rebuild import Layers, events_of

TASK_FIELDS = (
    "description",
    "status",
    "percentage",
    "completed_subtasks",
    "blockers",
    "dependencies",
    "agent",
    "deaths_alone",
    "quarantined",
)
NOTHING: dict[str, Any] = {"completed_subtasks": [], "blockers": [], "dependencies": [], "deaths_alone": 0}


def diff(a: Moment, b: Moment, layers: Layers, shown: Redaction) -> StateDiff:
    """What changed from `a` to `b`, without what has a secret's name. When only, and by whom, is no difference."""
    one, other = a.state, b.state
    said, complete = _said(one, other, layers)
    return StateDiff(
        orchestrator=layers.orchestrator,
        a=_side(a),
        b=_side(b),
        tasks=_changes(one.tasks, other.tasks, _task, shown),
        steps=_changes(_steps(one), _steps(other), _step, shown),
        agents=_changes(one.agents, other.agents, _agent, shown),
        attributes=_changes(one.attributes, other.attributes, _attribute, shown),
        objects=_changes(one.objects, other.objects, _object, shown),
        complete=complete,
        **said,
    )


def _side(moment: Moment) -> Side:
    state = moment.state
    return Side(
        asked=moment.asked,
        means=moment.means,
        last_event=iso(state.stamp[0]) if state.stamp[0] else None,
        events=sum(state.position.values()),
    )


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], facts: Callable[[str, Any], dict[str, Any]], shown: Redaction
) -> list[Change]:
    changes = []
    for id in sorted(before.keys() | after.keys()):
        old, new = before.get(id), after.get(id)
        if old is not new:
            fields = _fields(facts(id, old) if old else {}, facts(id, new) if new else {}, shown)
            word = _word(old, new)
            if fields or word != "changed":
                changes.append(Change(id=id, change=word, fields=fields))
    return changes


def _word(old: object, new: object) -> Literal["added", "removed", "changed"]:
    return "added" if old is None else "removed" if new is None else "changed"


def _fields(before: dict[str, Any], after: dict[str, Any], shown: Redaction) -> list[FieldChange]:
    def value(facts: dict[str, Any], name: str) -> Any:
        (without_secret,) = shown({name: _exact(facts.get(name))}).values()
        return without_secret

    return [
        FieldChange(field=name, before=value(before, name), after=value(after, name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _exact(tree: Any) -> Any:
    """A value as it was given; one that cannot be read any more as it is stored."""
    try:
        return exact.from_tree(tree)
    except CorruptData:
        return tree


def _task(id: str, task: TaskRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(task, name) for name in TASK_FIELDS}
    facts = {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
    facts |= {f"metadata.{key}": value for key, value in task.metadata.items()}
    for key, attempt in task.attempts.items():
        facts[f"attempt {key}"] = attempt.outcome or "in flight"
        if attempt.kept:
            facts[f"result {key}"] = attempt.result
    return {name: value for name, value in facts.items() if value != NOTHING.get(name, "")}


def _steps(state: State) -> dict[str, StepRecord]:
    return {step.key: step for steps in state.steps.values() for step in steps.values()}


def _step(id: str, step: StepRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {"task": step.task, "name": step.name, "status": step.status, "error": step.error}
    if step.kept:
        facts["result"] = step.result
    return {name: value for name, value in facts.items() if value != ""}


def _agent(id: str, agent: AgentRecord) -> dict[str, Any]:
    return {"status": agent.status, "health": agent.health, **{f"details.{k}": v for k, v in agent.details.items()}}


def _attribute(id: str, attribute: Attribute) -> dict[str, Any]:
    return {id: attribute.value}


def _object(id: str, kept: ObjectState) -> dict[str, Any]:
    """A pickled field is shown by its signature: it is not read to be looked at."""
    return {name: value if how == "json" else {"pickled": value.get("mac")} for name, how, value in kept.fields}


def _said(a: State, b: State, layers: Layers) -> tuple[dict[str, list[Said]], bool]:
    """What only one of two states has in its history, by kind and in order; and whether all of it could be read."""
    common = _common(a, b)
    gathered = events_of(layers, common)
    cleaned = any(common.get(writer, 0) < last for writer, last in b.cut.joined(a.cut).position.items())
    found: dict[str, list[Said]] = {name: [] for name in TAILS.values()}
    for event in sorted(gathered.events, key=lambda event: event.stamp):
        only_in = _only_in(a, b, event) if event.kind in TAILS else None
        record = entries.record(event) if only_in else None
        if only_in and record is not None:
            found[TAILS[event.kind]].append(Said(only_in=only_in, entry=record))
    return found, not (gathered.lost or cleaned)


def _only_in(a: State, b: State, event: Event) -> Literal["a", "b"] | None:
    in_a, in_b = stands_on(a.restores, a.position, event), stands_on(b.restores, b.position, event)
    return None if in_a == in_b else "a" if in_a else "b"


def _common(a: State, b: State) -> dict[str, int]:
    """A position up to which both histories are surely the same."""
    returns = {known.at: known.position for known in (*a.restores, *b.restores)}
    same = {known.at for known in a.restores} & {known.at for known in b.restores}
    return _least([a.position, b.position, *(position for at, position in returns.items() if at not in same)])


def _least(positions: Iterable[dict[str, int]]) -> dict[str, int]:
    first, *rest = positions
    return {writer: min(number, *(p.get(writer, 0) for p in rest)) for writer, number in first.items()}


def to_json(found: StateDiff) -> dict[str, Any]:
    """As data whose values are still exactly those that were given; docs/cli.md names the keys."""
    return {
        **{name: getattr(found, name) for name in ("orchestrator", "complete", "empty")},
        **{name: msgspec.structs.asdict(getattr(found, name)) for name in ("a", "b")},
        **{name: [_plain(change) for change in getattr(found, name)] for name in _CHANGES},
        **{name: [_spoken(said) for said in getattr(found, name)] for name in TAILS.values()},
    }


_CHANGES = ("tasks", "steps", "agents", "attributes", "objects")


def _plain(change: Change) -> dict[str, Any]:
    fields = [msgspec.structs.asdict(field) for field in change.fields]
    return {"id": change.id, "change": change.change, "fields": fields}


def _spoken(said: Said) -> dict[str, Any]:
    return {"only_in": said.only_in, **line(said.entry)}
