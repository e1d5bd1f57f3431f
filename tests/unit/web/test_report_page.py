"""The page of the recovery report: it leaves out nothing that the command tells."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any

from jarvis_ctx.model.carried import CarriedThread
from jarvis_ctx.model.report import AgentLine, LayerTried, ObjectLine, RecoveryReport, StepLine, TaskFate, TaskLine
from jarvis_ctx.model.run import CauseOfDeath
from jarvis_ctx.recovery.text import render
from jarvis_ctx.web.dashboard import report as view
from tests.unit.web.pages import page

THEN = "2026-11-21T09:30:12.000Z"


def died(evidence: dict[str, Any], **facts: Any) -> RecoveryReport:
    return RecoveryReport(
        orchestrator="reviewer",
        run="reviewer.2.told-run",
        recovered_run="reviewer.1.told-dead",
        epoch=2,
        created=THEN,
        cause=CauseOfDeath(cause="hang", sentence="told-sentence.", evidence=evidence),
        started=THEN,
        died_between=(THEN, THEN),
        last_event=THEN,
        events=9,
        **facts,
    )


FULL = died(
    {"growth": "told-growth.", "stacks": "File told-file in told-work", "stderr": ["told-warning", "told-last"]},
    events_lost={"told-writer": [(41, 43)]},
    not_captured=2,
    last_not_captured="told-uncaptured",
    possibly_lost="told-possibly.",
    damage=["told-damage"],
    healed=["told-healed"],
    layers=[LayerTried(layer="checkpoint", name="told-layer", verdict="told-verdict")],
    sources={"told-source": 3},
    resume_refused="told-refused",
    tasks=[
        TaskLine(
            id="told-flying",
            fate="in-flight",
            status="in_progress",
            percentage=5,
            description="told-description",
            completed_subtasks=("told-subtask",),
            blockers=("told-blocker",),
            next="re-run",
            by="program",
            not_redispatched="told-argument",
        ),
        TaskLine(id="told-poison", fate="quarantined", status="failed", percentage=5, quarantined="told-quarantine"),
    ],
    steps_in_doubt=[StepLine(task="told-task", key="k", name="told-step")],
    agents=[AgentLine(id="told-agent", stale_at_death=True, silent_for=9, status="busy")],
    objects=[
        ObjectLine(
            id="told-object",
            captured=THEN,
            fields=["told-field"],
            not_kept={"told-socket": "told-why"},
            failed="told-failed",
            not_restored={"told-gone": "told-never"},
        )
    ],
    threads=[CarriedThread(thread="told-thread", graph="told-graph", task="t", outcome="failed", reason="told-reason")],
    machine_changed=["told-machine"],
    code_changed=["told-code"],
    unreadable={"told-kind": 1},
)


def written(found: RecoveryReport) -> str:
    insight: Any = SimpleNamespace(report=lambda: found)
    return page("report", **view._report(insight, view.Nothing()))


def test_the_page_tells_all_that_the_command_tells() -> None:
    told = set(re.findall(r"told-\w+", render(FULL, width=1000)))

    shown = set(re.findall(r"told-\w+", written(FULL)))

    assert len(told) >= 35
    assert told - shown == set()


def test_a_traceback_is_there_in_full_and_folded() -> None:
    lines = [f"File line-{number}." for number in range(60)]

    shown = written(died({"traceback": "\n".join(lines)}))

    folded = shown[shown.index("<details><summary>Traceback</summary>") : shown.index("</details>")]
    assert [line for line in lines if line not in folded] == []


def test_a_graphs_run_that_was_carried_on_is_not_said_to_be_left() -> None:
    tasks = [
        TaskLine(id=id, fate="in-flight", status="", percentage=0) for id in ("bees#1", "bees/plan:2", "bees/a/plan:3")
    ]
    threads = [CarriedThread(thread="bees", graph="G", task="bees#1", outcome="carried on")]

    shown = written(died({}, tasks=tasks, threads=threads))

    assert (shown.count("carried on, with its thread bees"), shown.count("left as it was")) == (2, 1)


def test_stacks_begin_with_the_programs_own_and_have_every_frame_below() -> None:
    sidecars = 'Thread 0x2 (most recent call first):\n  File "/x/jarvis_ctx/journal/drain.py", line 7 in wait\n'
    own = 'Thread 0x1 (most recent call first):\n  File "main.py", line 6 in assign_task'

    shown = html.unescape(written(died({"stacks": f"{sidecars}\n{own}"})))

    first, every = shown.split("Stacks of its threads, with every frame")
    assert ("main.py" in first, "drain.py" in first, "drain.py" in every) == (True, False, True)


def test_of_a_program_that_captures_nothing_the_page_says_so_and_where_its_ends_are_told() -> None:
    insight: Any = SimpleNamespace(
        report=lambda: None, glance=lambda: {"state": "empty"}, resources=lambda limit: {"supervisor": {"pid": 7}}
    )

    shown = page("report", **view._report(insight, view.Nothing()))

    assert ("captures nothing" in shown, 'href="/resources"' in shown, "next start" in shown) == (True, True, False)


def test_tasks_that_were_done_are_folded_behind_their_number() -> None:
    done = [TaskLine(id=f"done-{number}", fate="done", status="", percentage=100) for number in range(150)]

    shown = written(died({}, tasks=[*done, TaskLine(id="open", fate="incomplete", status="", percentage=0)]))

    before, folded = shown.split("<summary>150 done</summary>")
    assert ("done-7" in before, "open" in before, "done-7" in folded) == (False, True, True)


def test_what_was_at_work_comes_first() -> None:
    fates: tuple[TaskFate, ...] = ("done", "incomplete", "in-flight", "done")
    tasks = [TaskLine(id=str(n), fate=fate, status="", percentage=0) for n, fate in enumerate(fates)]
    insight: Any = SimpleNamespace(report=lambda: died({}, tasks=tasks))

    shown = view._report(insight, view.Nothing())

    assert [task.id for task in shown["tasks"] + shown["done"]] == ["2", "1", "0", "3"]
    assert shown["counts"] == [("in-flight", 1), ("incomplete", 1), ("done", 2)]
