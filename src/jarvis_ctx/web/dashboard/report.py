"""`/report`: the last recovery report in full, what was at work first."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.report import TaskFate, TaskNext
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


def report(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/report", Nothing, _report)


def _report(insight: Insight, asked: Nothing) -> Mapping[str, Any]:
    found = insight.report()
    if found is None:
        return {"report": None}
    counts = Counter(task.fate for task in found.tasks)
    return {
        "report": found,
        "tasks": heapq.nsmallest(SHOWN, found.tasks, key=lambda task: FATES.index(task.fate)),
        "counts": [(fate, counts[fate]) for fate in FATES if counts[fate]],
        "NEXT": NEXT,
        "BY": BY,
    }
