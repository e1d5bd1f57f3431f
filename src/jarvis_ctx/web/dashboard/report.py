"""`/report`: the last recovery report in full, what was at work first."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from flask import Blueprint

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.carried import CarriedThread
from jarvis_ctx.model.report import TaskFate, TaskLine, TaskNext
from jarvis_ctx.model.run import CauseOfDeath
from jarvis_ctx.recovery.stacks import own_frames
from jarvis_ctx.recovery.wording import number, state_problems
from jarvis_ctx.web.dashboard.overview import Nothing
from jarvis_ctx.web.dashboard.rendered import Rendered

SHOWN = 200
"""Tasks; the command shows all."""
FATES: tuple[TaskFate, ...] = ("in-flight", "incomplete", "quarantined", "failed", "done")
"""In the order in which they are shown."""
NEXT: dict[TaskNext, str] = {
    "kept": "done: not run again",
    "resumed": "goes on, its finished steps kept",
    "re-run": "runs again from its beginning",
    "quarantined": "set aside: not run again",
    "left": "left as it was",
}
BY = {"": "", "sidecar": ", called by the sidecar", "program": ", when the program calls it"}
EVIDENCE = {"traceback": "Traceback", "stacks": "Stacks of its threads", "stderr": "The last it wrote to stderr"}


def report(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/report", Nothing, _report)


def _report(insight: Insight, asked: Nothing) -> Mapping[str, Any]:
    found = insight.report()
    if found is None:
        bare = insight.glance()["state"] == "empty" and insight.resources(1)["supervisor"] is not None
        return {"report": None, "bare": bare}
    counts = Counter(task.fate for task in found.tasks)
    shown = heapq.nsmallest(SHOWN, found.tasks, key=lambda task: FATES.index(task.fate))
    return {
        "report": found,
        "evidence": list(_evidence(found.cause)),
        "tasks": [task for task in shown if task.fate != "done"],
        "done": [task for task in shown if task.fate == "done"],
        "counts": [(fate, counts[fate]) for fate in FATES if counts[fate]],
        "becomes": lambda task: _becomes(task, found.threads),
        "kept": [one for one in found.objects if one.captured],
        "problems": [said for one in found.objects for said in state_problems(msgspec.structs.asdict(one))],
        "unreadable": [f"{number(count, 'event')} of kind {kind}" for kind, count in found.unreadable.items()],
    }


def _evidence(cause: CauseOfDeath) -> Iterator[tuple[str, str]]:
    """What is left of the death to be read, each with its name."""
    for key, name in EVIDENCE.items():
        said = cause.evidence.get(key)
        if said:
            lines = [str(line) for line in said] if isinstance(said, list) else str(said).splitlines()
            own = lines if key == "stderr" else own_frames(str(said))
            yield name, "\n".join(own)
            if own != lines:
                yield f"{name}, with every frame", "\n".join(lines)


def _becomes(task: TaskLine, threads: Sequence[CarriedThread]) -> str:
    """Of a graph's run, or a node's within it, what became of its thread."""
    for each in threads:
        if task.fate == "in-flight" and each.has(task.id):
            return f"{each.outcome}, with its thread {each.thread}"
    why = task.quarantined or task.not_redispatched
    return NEXT[task.next] + BY[task.by] + (f": {why}" if why else "")
