"""The recovery report as text: what a person reads at night."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.model.carried import CarriedThread
from jarvis_ctx.model.report import AgentLine, LayerTried, ObjectLine, RecoveryReport, StepLine, TaskFate, TaskLine
from jarvis_ctx.model.run import Cause, CauseOfDeath
from jarvis_ctx.recovery.text import render

LAST, FOUND = "2026-11-21T09:30:12.000Z", "2026-11-21T09:31:40.000Z"


def report(cause: Cause = "killed", evidence: dict[str, Any] | None = None, **facts: Any) -> RecoveryReport:
    """A death at half past nine, found 88 seconds later, of which `facts` say more."""
    given: dict[str, Any] = {
        "orchestrator": "reviewer",
        "run": "reviewer.5.aaaaaa",
        "recovered_run": "reviewer.4.bbbbbb",
        "epoch": 5,
        "created": FOUND,
        "cause": CauseOfDeath(cause=cause, sentence="It was ended from outside.", evidence=evidence or {}),
        "started": "2026-11-21T06:18:02.000Z",
        "died_between": (LAST, FOUND),
        "last_event": LAST,
        "events": 1234,
    }
    return RecoveryReport(**{**given, **facts})


def task(id: str, fate: TaskFate, **facts: Any) -> TaskLine:
    return TaskLine(id=id, fate=fate, status="in_progress", percentage=facts.pop("percentage", 40.0), **facts)


def first_line(said: RecoveryReport) -> str:
    return render(said).splitlines()[0]


def test_the_first_line_says_what_died_how_when_and_what_is_lost() -> None:
    lost = {"00000004aabbccdd": [(41, 43), (57, 57)]}

    assert first_line(report()) == "reviewer was killed, 2026-11-21 09:30:12-09:31:40 UTC. Nothing is lost."
    assert first_line(report(events_lost=lost)).endswith(" UTC. 4 events lost.")
    assert first_line(report("power-loss", possibly_lost="Maybe.")).endswith("Nothing is known to be lost.")
    assert first_line(report("exception", {"type": "builtins.ValueError"})).startswith("reviewer died of ValueError,")


def test_what_needs_a_person_comes_before_everything_else() -> None:
    text = render(
        report(
            damage=["marks is damaged."],
            steps_in_doubt=[StepLine(task="task-2", key="k", name="charge")],
            tasks=[task("task-9", "quarantined", quarantined="It kills its process.")],
            code_changed=["Reviewer.assign_task"],
            events_lost={"00000004aabbccdd": [(41, 43)]},
        )
    )

    attention = text[text.index("LOOK AT THIS") : text.index("WHY IT DIED")]

    for said in ("numbers 41-43", "marks is damaged.", "task-2  charge", "Task task-9 is quarantined", "assign_task"):
        assert said in attention


def test_a_death_that_needs_nobody_has_no_section_for_attention() -> None:
    assert "LOOK AT THIS" not in render(report(tasks=[task("task-1", "done")]))


def test_a_step_in_doubt_is_said_to_be_asked_about_only_where_it_is() -> None:
    doubts = [StepLine(task="task-2", key="k", name="charge")]

    asked, unasked = (render(report(resume=resume, steps_in_doubt=doubts), width=500) for resume in ("skip", "report"))

    assert 'a step that names whom to ask (steps={"method": find_it}' in asked
    assert "Nobody is asked" in unasked


def test_a_step_that_is_no_longer_in_doubt_needs_nobody() -> None:
    doubts = [StepLine(task="task-2", key="k", name="charge")]

    assert "LOOK AT THIS" not in render(report(steps_in_doubt=doubts), doubts=[])


def test_an_exception_is_shown_with_the_end_of_its_traceback() -> None:
    trace = "\n".join(f"line {number}" for number in range(100))

    text = render(report("exception", {"type": "builtins.ValueError", "traceback": trace}))

    assert "    line 99" in text
    assert "    line 85\n" not in text
    assert "14 of 100 lines" in text


def test_a_fatal_signal_is_shown_with_the_beginning_of_its_stacks() -> None:
    text = render(report("fatal-signal", {"stacks": "Fatal Python error: Segmentation fault\nThread 1"}))

    assert "    Fatal Python error: Segmentation fault" in text


def test_unfinished_tasks_are_listed_with_percentage_subtasks_and_blockers() -> None:
    unfinished = task(
        "task-3",
        "incomplete",
        percentage=99.9,
        description="Review ast",
        completed_subtasks=("parse",),
        blockers=("a",),
    )

    text = render(report(tasks=[unfinished, task("task-1", "done"), task("task-2", "in-flight")]))

    assert "3 tasks: 1 done, 1 in flight, 1 incomplete." in text
    assert "task-3  99%  Review ast\n        done: parse\n        blocked by: a\n" in text
    assert "task-1" not in text


def test_what_happens_to_calls_is_said_as_this_recovery_does_it() -> None:
    tasks = [task("task-2", "in-flight")]

    assert "one at a time" in render(report(resume="skip", tasks=tasks))
    assert "one at a time" not in render(report("power-loss", resume="skip", tasks=tasks))
    assert "No call is changed" in render(report(resume="skip", resume_refused="3 failed", tasks=tasks))
    assert "No call is changed" in render(report(tasks=tasks))


def test_of_tasks_that_a_graph_carried_on_it_is_not_said_that_they_are_the_programs() -> None:
    thread = CarriedThread(thread="glass", graph="G", task="glass#1", outcome="carried on")
    ours = [task("glass#1", "in-flight"), task("glass/research:2", "in-flight")]

    alone = render(report(threads=[thread], tasks=ours))
    mixed = render(report(threads=[thread], tasks=[*ours, task("glassware", "incomplete")]))

    assert "stands below; nothing else is unfinished" in alone
    assert "stands below; the other unfinished tasks are the program's" in " ".join(mixed.split())
    assert "No call is changed" not in alone + mixed


def test_a_long_list_ends_in_how_many_there_are_more() -> None:
    text = render(report(tasks=[task(f"task-{number:03}", "failed") for number in range(50)]), limit=5)

    assert "task-004" in text
    assert "task-005" not in text
    assert "and 45 more" in text


def test_agents_layers_and_times_are_told() -> None:
    text = render(
        report(
            agents=[AgentLine(id="parser", stale_at_death=True, silent_for=412, status="busy")],
            layers=[
                LayerTried(layer="database", name="s1", verdict="its contents do not match their hash"),
                LayerTried(layer="checkpoint file", name="c1", verdict="accepted", events_behind=7),
            ],
            sources={"segments": 7},
            seconds={"read": 0.11, "total": 0.181},
        )
    )

    assert "parser (6 min 52 s)" in " ".join(text.split())
    assert "database, s1: not used: its contents do not match their hash" in text
    assert "checkpoint file, c1: used, and 7 events after it" in text
    assert "It took 181 ms (read 110 ms)." in text


def test_lines_have_eighty_columns_and_no_control_characters() -> None:
    hostile = "\x1b[31m" + "word " * 60
    tasks = [task("t" * 300, "incomplete", description=hostile, blockers=(hostile,))]

    text = render(report(tasks=tasks, damage=[hostile]))

    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_an_objects_state_is_named_and_what_it_lost_comes_first() -> None:
    kept = ObjectLine(
        id="Orchestrator", captured=LAST, fields=["queue", "spent"], not_kept={"client": "app.Client: no data"}
    )
    given = ObjectLine(
        id="Other", captured=LAST, restored=True, not_restored={"size": "setting it raised AttributeError"}
    )

    text = " ".join(render(report(objects=[kept, given])).split())

    attention = text[text.index("LOOK AT THIS") : text.index("WHY IT DIED")]
    assert "The field 'client' of Orchestrator is not kept: app.Client: no data." in attention
    assert "The field 'size' of Other was not given back: setting it raised AttributeError." in attention
    assert "Orchestrator, as it was at 2026-11-21 09:30:12 UTC, to be given back once the object is made again" in text
    assert "Other, as it was at 2026-11-21 09:30:12 UTC, given back" in text


def test_of_each_step_in_doubt_it_is_said_what_becomes_of_it() -> None:
    doubts = ("reconcile", "run", "fail", "skip")
    steps = [StepLine(task="t", key=doubt, name="charge", doubt=doubt) for doubt in doubts]

    text = render(report(steps_in_doubt=steps, resume="skip"), width=120)

    for said in ("its reconcile is asked", "done again", "its call raises StepInDoubt", "taken for done"):
        assert f"t  charge  {said}" in text
