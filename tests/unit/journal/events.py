"""Events as hypothesis draws them: any body at all, or valid ones of several writers."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from jarvis_ctx.model.event import Event, Kind
from jarvis_ctx.model.ids import RunId, WriterId

KINDS = get_args(Kind)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
ODD = (
    "metadata",
    "attempt",
    "alone",
    "lost",
    "counts",
    "result",
    "description",
    "agent",
    "completes",
    "fences",
    "failed",
    "whole",
    "doubt",
)
"""Names the fold reads, where a body does not always have them."""
KEYS = st.sampled_from(["k1", "k2"])
PROCESS = {"host": "h", "pid": 1, "created": 0.0, "boot_id": ""}
ACTORS = ("Run", "Code")
DONE = {"id": "x", "created": 1, "updated": [1, "a", 1], "chain": "r", "status": "completed", "percentage": 100}
BRANCH = {name: {} for name in ("tasks", "steps", "agents", "attributes", "objects")}
TAILS: dict[str, list[Any]] = {name: [] for name in ("decisions", "messages", "conversation")}
VALID: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "TaskProgressed": st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["in_progress", "completed", "odd"]),
            "percentage": st.integers(0, 100),
            "blockers": st.lists(st.text(max_size=2), max_size=2),
            "description": st.text(max_size=2),
            "metadata": st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
            "note": st.integers(0, 9),
        },
    ),
    "TaskClaimed": st.fixed_dictionaries(
        {"method": st.just("m"), "key": KEYS, "attempt": st.integers(1, 3)},
        optional={"metadata": st.dictionaries(st.text(max_size=2), st.integers(), max_size=1)},
    ),
    "TaskFinished": st.fixed_dictionaries({"key": KEYS, "result": st.integers(0, 9)}),
    "TaskFailed": st.fixed_dictionaries({"key": KEYS}),
    "TaskInterrupted": st.fixed_dictionaries({"key": KEYS, "counts": st.booleans()}),
    "TaskQuarantined": st.just({"cause": "too often"}),
    "StepStarted": st.fixed_dictionaries({"key": KEYS, "name": st.just("charge")}),
    "StepFinished": st.fixed_dictionaries({"key": KEYS, "name": st.just("charge"), "result": st.integers(0, 9)}),
    "StepFailed": st.fixed_dictionaries({"key": KEYS, "error": st.just("no")}),
    "AgentUpdated": st.fixed_dictionaries({"status": st.sampled_from(["busy", "idle"])}),
    "AgentStale": st.just({"beat": 1}),
    "AttributeSet": st.fixed_dictionaries({"value": st.integers(0, 9)}),
    "StateCaptured": st.fixed_dictionaries(
        {
            "captured": st.integers(1, 9),
            "position": st.just({"w": 1}),
            "count": st.integers(1, 9),
            "fields": st.just([["queue", "json", [1]], ["plan", "pickle", {"key": "k"}]]),
            "lost": st.just([["client", "Client: it is no data"]]),
        }
    )
    | st.just({"failed": "capture_state raised ValueError"}),
    "StateRestored": st.just({"run": "r", "count": 1, "refused": []}),
    "RunStarted": st.just({"epoch": 1, "chain": "r", "process": PROCESS, "fences": {}, "code": {}, "resume": "skip"}),
    "RunEnded": st.just({"ending": "closed"}),
    "RunDied": st.just({"at": 1, "cause": {}}),
    "CodeRecorded": st.just({"code": {"m": "1"}}),
    "StepReconciled": st.fixed_dictionaries({"key": KEYS, "happened": st.booleans(), "result": st.integers(0, 9)}),
    "DecisionLogged": st.just({"decision_type": "route"}),
    "MessageSent": st.just({"sender": "a", "recipient": "b", "content": 1}),
    "MomentRestored": st.fixed_dictionaries(
        {
            "moment": st.just("noon"),
            "position": st.just({"a": 1}),
            "stamp": st.just([1, "a", 1]),
            "undo": st.just("r@1"),
            "state": st.sampled_from([{**BRANCH, **TAILS}, {**BRANCH, **TAILS, "tasks": {"x": DONE}}]),
        }
    ),
}


@st.composite
def valid_events(draw: st.DrawFn) -> list[Event]:
    """Events of up to three writers as they may arrive: each writer's own in order, the writers mixed in any way."""
    waiting: list[list[Event]] = []
    for writer in "abc"[: draw(st.integers(1, 3))]:
        time, events = 0, []
        for number in range(1, 1 + draw(st.integers(0, 6))):
            time += draw(st.integers(1, 4))
            kind = draw(st.sampled_from([kind for kind in sorted(VALID) if not kind.startswith(ACTORS)]))
            subject, body = draw(st.sampled_from("xy")), draw(VALID[kind])
            events.append(Event(WriterId(writer), number, time, RunId(f"r{writer}"), kind, subject, body))
        waiting.append(events)
    arrived: list[Event] = []
    while any(waiting):
        arrived.append(draw(st.sampled_from([events for events in waiting if events])).pop(0))
    return arrived


@st.composite
def any_events(draw: st.DrawFn) -> list[Event]:
    """Events of one writer with bodies of any shape, most of them nearly valid: a wrong type here, a key too many."""
    events = []
    for number in range(1, 1 + draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(sorted(VALID)) | st.sampled_from((*KINDS, "FromTheFuture")))
        body = draw(VALID.get(kind, st.just({})))
        wrong = draw(st.dictionaries(st.sampled_from((*sorted(body), *ODD)), JSON, max_size=3))
        gone = draw(st.sets(st.sampled_from((*sorted(body), "key")), max_size=1))
        left = {name: value for name, value in (body | wrong).items() if name not in gone}
        events.append(Event(WriterId("w"), number, number, RunId("r"), kind, draw(st.sampled_from("ab")), left))
    return events
