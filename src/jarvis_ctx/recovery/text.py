"""The recovery report as text that a person understands at once: what died, why, when, what is lost; then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jarvis_ctx.model.report import RecoveryReport, StepLine, TaskFate, TaskLine
from jarvis_ctx.recovery.attention import attention
from jarvis_ctx.recovery.last_words import last_words
from jarvis_ctx.recovery.wording import (
    between,
    columns,
    day_time,
    listed,
    more,
    number,
    one_line,
    parse,
    percent,
    span,
    wrap,
)

DIED = {
    "killed": "was killed",
    "fatal-signal": "crashed with a fatal signal",
    "oom-killed": "was killed by the kernel for want of memory",
    "hang": "hung and was ended",
    "memory-limit": "was ended at its memory limit",
    "exited": "ended by itself",
    "stopped": "was ended on request",
    "supervisor-killed": "ended after its supervisor was killed",
    "replaced": "became another program",
    "power-loss": "went down with its machine",
    "unknown": "ended for an unknown reason",
}
FATES: tuple[tuple[TaskFate, str], ...] = (
    ("done", "done"),
    ("in-flight", "in flight"),
    ("incomplete", "incomplete"),
    ("failed", "failed"),
    ("quarantined", "quarantined"),
)
LISTED: tuple[tuple[TaskFate, str], ...] = (
    ("in-flight", "In flight when it died:"),
    ("incomplete", "Begun or waiting, not in flight:"),
    ("failed", "Failed before:"),
)
RESUMES = {
    "skip": "Run the program as before (resume=skip): a call for a finished task returns the result that was kept, "
    "an unfinished task runs again and its finished steps are not done twice.",
    "redispatch": "The sidecar calls the unfinished tasks again (resume=redispatch), at the first captured call or at "
    "resume(); a call for a finished task returns the result that was kept, and finished steps are not done twice.",
    "report": "No call is changed (resume=report): the unfinished tasks are the program's to take up again.",
}


def render(
    report: RecoveryReport, *, doubts: Sequence[StepLine] | None = None, width: int = 80, limit: int = 20
) -> str:
    """`report` as plain text of `width` columns; a list stops after `limit` entries and says how many follow.

    `doubts` are the steps that are still in doubt; by default all that were when the report was written.
    """
    doubts = report.steps_in_doubt if doubts is None else doubts
    sections = (
        ("", _headline(report)),
        ("LOOK AT THIS", attention(report, doubts, width, limit)),
        ("WHY IT DIED", _why(report, width)),
        ("WHAT CARRIES ON", _tasks(report, width, limit)),
        ("THREADS OF GRAPHS", _threads(report, width)),
        ("OBJECTS", _objects(report, width)),
        ("AGENTS", _agents(report, width)),
        ("HOW IT WAS REBUILT", _layers(report, width)),
    )
    parts = []
    for title, content in sections:
        lines = list(content)
        if lines:
            parts.append("\n".join([title, *lines] if title else lines))
    return "\n\n".join(parts) + "\n"


def headline(report: RecoveryReport) -> str:
    """What died, why, when, and what is lost, in one line."""
    if report.lost:
        lost = f"{number(report.lost, 'event')} lost."
    elif report.possibly_lost:
        lost = "Nothing is known to be lost."
    else:
        lost = "Nothing is lost."
    return f"{report.orchestrator} {_died(report)}, {between(*report.died_between)}. {lost}"


def _died(report: RecoveryReport) -> str:
    evidence = report.cause.evidence
    if report.cause.cause == "exception":
        kind = one_line(str(evidence.get("type", "an exception")), 60).removeprefix("builtins.")
        return f"died of {kind}"
    return DIED[report.cause.cause]


def _headline(report: RecoveryReport) -> Iterator[str]:
    yield headline(report)


def _why(report: RecoveryReport, width: int) -> Iterator[str]:
    yield from wrap(report.cause.sentence.replace(" builtins.", " "), width)
    ran = (parse(report.last_event) - parse(report.started)).total_seconds()
    gap = (parse(report.died_between[1]) - parse(report.last_event)).total_seconds()
    yield from wrap(
        f"Run {report.recovered_run} had worked for {span(ran)}; its last durable event is of "
        f"{day_time(report.last_event)}, and this start followed {span(gap)} later.",
        width,
    )
    if report.recoveries_begun > 1:
        yield from wrap(f"This recovery was begun {report.recoveries_begun} times before it was completed.", width)
    yield from last_words(report.cause, width)


def _tasks(report: RecoveryReport, width: int, limit: int) -> Iterator[str]:
    if not report.tasks:
        yield from wrap(
            "There were no tasks; jarvis-ctx explain MODULE:CLASS shows what is captured of a class.", width
        )
        return
    counts = [f"{count} {word}" for fate, word in FATES if (count := len(_of(report, fate)))]
    yield from wrap(f"{number(len(report.tasks), 'task')}: {', '.join(counts)}.", width)
    resume = "report" if report.resume_refused else report.resume
    carried = resume == "report" and report.threads
    yield from wrap(_of_graphs(report) if carried else RESUMES.get(resume, ""), width)
    for fate, title in LISTED:
        if fate == "in-flight" and resume != "report":
            title = "In flight when it died; they run again" + (":" if report.cause.explained else ", one at a time:")
        tasks = _of(report, fate)
        if tasks:
            yield ""
            yield f"  {title}"
            yield from _task_lines(tasks[:limit], width)
            yield from more(tasks, limit, "    ")


def _of_graphs(report: RecoveryReport) -> str:
    """Whose the unfinished tasks are where threads of graphs were carried on."""
    left = [task for fate, _ in LISTED[:2] for task in _of(report, fate) if not _is_carried(task, report)]
    rest = "the other unfinished tasks are the program's to take up again" if left else "nothing else is unfinished"
    return f"What became of the threads of graphs stands below; {rest}."


def _is_carried(task: TaskLine, report: RecoveryReport) -> bool:
    return any(each.has(task.id) for each in report.threads)


def _task_lines(tasks: list[TaskLine], width: int) -> Iterator[str]:
    heads = columns([(task.id, percent(task.percentage), _what(task)) for task in tasks], width, "    ")
    for task, head in zip(tasks, heads, strict=True):
        yield head
        if task.by:
            yield from wrap(_next(task), width, " " * 8, "  ")
        if task.completed_subtasks:
            yield from wrap(f"done: {listed(task.completed_subtasks)}", width, " " * 8, "  ")
        if task.blockers:
            yield from wrap(f"blocked by: {listed(task.blockers)}", width, " " * 8, "  ")


def _next(task: TaskLine) -> str:
    how = "resumed, without the steps it had finished" if task.next == "resumed" else "re-run from its beginning"
    if task.not_redispatched:
        return f"{how} when the program calls it; the sidecar cannot: {task.not_redispatched}"
    return f"{how}, by the sidecar" if task.by == "sidecar" else f"{how}, when the program calls it"


def _what(task: TaskLine) -> str:
    tries = f" ({number(task.attempts, 'call')})" if task.attempts > 1 else ""
    return (task.description or task.status) + tries


def _objects(report: RecoveryReport, width: int) -> Iterator[str]:
    for kept in report.objects:
        if not kept.captured:
            continue
        became = "given back" if kept.restored else "to be given back once the object is made again"
        if report.resume_refused:
            became = "not given back"
        fields = f": {listed(kept.fields)}" if kept.fields else ""
        yield from wrap(f"{kept.id}, as it was at {day_time(kept.captured)}, {became}{fields}.", width, "  ", "  ")


def _threads(report: RecoveryReport, width: int) -> Iterator[str]:
    for each in report.threads:
        why = f", {each.reason}" if each.reason else ""
        yield from wrap(f"{each.thread} ({each.graph}): {each.outcome}{why}", width, "  ", "  ")


def _agents(report: RecoveryReport, width: int) -> Iterator[str]:
    stale = [agent for agent in report.agents if agent.stale_at_death]
    if not report.agents:
        return
    if not stale:
        yield from wrap(f"{number(len(report.agents), 'agent')}, none of them silent for long when it died.", width)
        return
    shown = listed([f"{agent.id} ({span(agent.silent_for)})" for agent in stale])
    yield from wrap(
        f"{number(len(report.agents), 'agent')}, {len(stale)} stale already when it died, silent for the time given: "
        f"{shown}.",
        width,
    )


def _layers(report: RecoveryReport, width: int) -> Iterator[str]:
    rows = []
    for layer in report.layers:
        verdict = layer.verdict
        if verdict == "accepted":
            behind = layer.events_behind
            verdict = "used" + (f", and {number(behind, 'event')} after it" if behind is not None else "")
        else:
            verdict = f"not used: {verdict}"
        rows.append((layer.layer, layer.name, verdict))
    for kind, name, verdict in rows:
        yield from wrap(f"{kind}, {name}: {verdict}", width, "  ", "  ")
    came = [f"{count:,} from {source}" for source, count in report.sources.items()]
    events = number(report.events, "event")
    yield from wrap(f"The state stands for {events}" + (f"; read now: {', '.join(came)}." if came else "."), width)
    if report.seconds:
        total = report.seconds.get("total", sum(report.seconds.values()))
        phases = ", ".join(f"{name} {span(value)}" for name, value in report.seconds.items() if name != "total")
        yield from wrap(f"It took {span(total)}" + (f" ({phases})." if phases else "."), width)
    yield from wrap(f"Run {report.run} (epoch {report.epoch}) carries on.", width)


def _of(report: RecoveryReport, fate: TaskFate) -> list[TaskLine]:
    return [task for task in report.tasks if task.fate == fate]
