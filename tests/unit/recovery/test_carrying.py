"""The report and its text say of each task whether it is kept, resumed, re-run or quarantined, and by whom."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jarvis_ctx.model.report import TaskLine
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.text import render
from tests.unit.recovery.stories import POLICY, Told, planned, started, told

CALL = {"owner": "Orchestrator", "binding": "instance", "args": [], "kwargs": {}}
STEP: Told = "StepFinished", "halfway", {"key": "halfway/assign_task/s.1", "name": "s", "result": 1}


def claim(task: str, **call: str) -> Told:
    return "TaskClaimed", task, {"method": "assign_task", "key": "k1", "attempt": 1, "call": {**CALL, **call}}


def dead() -> State:
    """A run that died with each kind of task."""
    done = "TaskFinished", "done", {"key": "k1", "result": 1}
    bad = "TaskQuarantined", "bad", {"cause": "It killed."}
    halfway, client = claim("halfway"), claim("client", refused="argument 'c' holds a Client, which cannot be stored")
    planned_only = "TaskProgressed", "idea", {"status": "pending"}
    return told(started(1), claim("done"), done, halfway, STEP, claim("fresh"), client, claim("bad"), bad, planned_only)


def lines(resume: str) -> dict[str, TaskLine]:
    return {line.id: line for line in planned(dead(), policy=replace(POLICY, resume=resume)).report.tasks}


@pytest.mark.parametrize(("resume", "by"), [("skip", "program"), ("redispatch", "sidecar")])
def test_each_task_says_what_becomes_of_it_and_who_calls_it(resume: str, by: str) -> None:
    assert {id: (line.next, line.by) for id, line in lines(resume).items()} == {
        "done": ("kept", ""),
        "halfway": ("resumed", by),
        "fresh": ("re-run", by),
        "client": ("re-run", "program"),
        "bad": ("quarantined", ""),
        "idea": ("left", ""),
    }


def test_without_resume_all_but_the_quarantined_are_left() -> None:
    assert {line.next for id, line in lines("report").items() if id != "bad"} == {"left"}


def test_the_text_says_it_too_with_the_reason_why_a_call_is_left_to_the_program() -> None:
    text = " ".join(render(planned(dead(), policy=replace(POLICY, resume="redispatch")).report).split())

    assert "The sidecar calls the unfinished tasks again (resume=redispatch)" in text
    assert "resumed, without the steps it had finished, by the sidecar" in text
    assert "re-run from its beginning, by the sidecar" in text
    assert "the sidecar cannot: argument 'c' holds a Client, which cannot be stored" in text
    assert "Task bad is quarantined" in text
