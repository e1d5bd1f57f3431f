"""Values that are hard to keep, handed to every verb there is; after a kill, what each has taken is read back."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData, JarvisError
from jarvis_ctx.model.event import Event
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.unit.attach.test_hostile_calls import KEPT, VALUES, VERBS
from tests.unit.codec import hostile
from tests.unit.codec.hostile import REFUSED
from tests.unit.codec.sameness import fingerprint

TAKING = VERBS | {
    "heartbeat": lambda manager, value: manager.heartbeat(f"beats-{manager.journal.writer.number}", detail=value)
}
"""The verbs; an agent's first beat is the only one that is an event, so each has an agent of its own."""
PLACES: dict[str, Callable[[Event], list[Any]]] = {
    "attribute": lambda event: [event.body["value"]],
    "task": lambda event: [event.body["note"]],
    "task's id": lambda event: [event.subject],
    "task's fields": lambda event: [event.body],
    "task's percentage": lambda event: [event.body["percentage"]],
    "decision": lambda event: [event.body["context"]["x"], event.body["decision"], event.body["reasoning"]],
    "agent": lambda event: [event.body["x"]],
    "agent's state": lambda event: [event.body],
    "message": lambda event: [event.body["content"]],
    "sender": lambda event: [event.subject, event.body["sender"]],
    "turn": lambda event: [event.body["content"], event.body["details"]["detail"]],
    "heartbeat": lambda event: [event.body["details"]["detail"]],
    "heartbeat's agent": lambda event: [event.subject],
    "point": lambda event: [event.subject, event.body["name"]],
}
"""Where in an event what a verb was handed lies."""
TURN = 4
"""Verbs that have their turn in a round."""
FIELDS = ("task's fields", "agent's state")
"""What takes any mapping, and keeps the fields that are in it; text is an agent's status."""


class Taken(NamedTuple):
    """A call that a verb has taken: the number of its event, and what it was handed."""

    number: int
    verb: str
    value: str


def hand_over(path: str, seed: str, verbs: list[str], note: str) -> None:
    """A child's role: hand each value to these verbs, in any order; write down what was taken, and wait to die."""
    hostile.Touched = RuntimeError  # type: ignore[misc,assignment]  # some verbs have to ask a value what it is
    manager, told, taken = JarvisContextManager(path), Counter[str](), list[Taken]()
    pairs = [(verb, value) for verb in verbs for value in VALUES]
    for verb, value in random.Random(seed).sample(pairs, len(pairs)):
        try:
            TAKING[verb](manager, VALUES[value]())
            told["taken"] += 1
            taken.append(Taken(manager.journal.writer.number, verb, value))
        except JarvisError:
            told["refused"] += 1
    for name, value in KEPT.items():
        manager.set_attribute(f"kept: {name}", value)
    Path(note).write_text(json.dumps(taken))
    _say(told)
    threading.Event().wait()


def give_back(path: str, note: str) -> None:
    """A child's role: say what is not as it was given, in the events and after a start; and what should not be."""
    taken = [Taken(*one) for one in json.loads(Path(note).read_text())]
    with closing(open_view(path, "jarvis")) as view:
        events = {event.number: event for event in view.events_after({})}
        wrong = [sentence for one in taken for sentence in _wrong(one, events)]
    with JarvisContextManager(path) as manager:
        kept = manager.attributes()
    wrong += [
        f"{name} came back as another value after a start"
        for name in KEPT
        if fingerprint(kept.get(f"kept: {name}")) != fingerprint(KEPT[name])
    ]
    _say(wrong)


def _wrong(taken: Taken, events: dict[int, Event]) -> Iterator[str]:
    if taken.value in REFUSED and taken.verb not in FIELDS:
        yield f"{taken.value} cannot be kept and was taken by {taken.verb!r}"
        return
    given, event = VALUES[taken.value](), events.get(taken.number)
    if taken.verb in FIELDS:
        given = {"status": given} if isinstance(given, str) else dict(given)
    if event is None or any(fingerprint(found) != fingerprint(given) for found in _found(taken.verb, event)):
        yield f"{taken.value} came back as another value from {taken.verb!r}"


def _found(verb: str, event: Event) -> list[Any]:
    try:
        return [exact.from_tree(tree) for tree in PLACES[verb](event)]
    except (CorruptData, KeyError, TypeError):
        return [event]


def _say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def values(round: Round) -> Finding:
    """All values there are to the next verbs, in some order; then SIGKILL, and they are asked for."""
    stage, note = stages.stage(round), str(round.folder / "taken")
    asked = {"path": str(stage.store), "note": note}
    verbs = [list(TAKING)[(round.number * TURN + number) % len(TAKING)] for number in range(TURN)]
    child = stage.server.start(f"{__name__}:hand_over", **asked, verbs=verbs, seed=str(round.random.random()))
    told = Counter(json.loads(child.line()))
    child.kill()
    wrong = json.loads(stage.server.start(f"{__name__}:give_back", **asked).line())
    changed = sum("came back" in sentence for sentence in wrong)
    tally = told + Counter(acknowledged=told["taken"] + len(KEPT), changed=changed)
    return Finding(tally=tally, wrong=wrong[:10], noted={"verbs": verbs})


FAULTS = (
    Fault(
        id="F36",
        title=f"{len(VALUES)} values that are hard to keep, to each of {len(TAKING)} verbs by turns: NaN, lone"
        " surrogates, 5,000 digits, deep, cyclic, raising",
        promise="each verb keeps a value exactly or refuses it by type; the program lives, and a kill changes none",
        rounds={"small": 2, "full": 20, "release": 40},
        play=values,
    ),
)
