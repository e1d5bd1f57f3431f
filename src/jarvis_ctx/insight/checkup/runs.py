"""Checks of who runs, who died, and what a recovery left for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.insight.captures import not_captured
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.resources import glance
from jarvis_ctx.insight.status import life, object_lines
from jarvis_ctx.insight.tasks import never_asked
from jarvis_ctx.insight.view import Pulse, View
from jarvis_ctx.liveness import identity
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.processes import is_stopped
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import never_asked as sentence_of
from jarvis_ctx.recovery.predecessor import Predecessor
from jarvis_ctx.recovery.wording import day_time, number, state_problems

AHEAD = 60
"""Seconds the last event may lie in the future before the clock is doubted."""
GIVE_A_KEY = "its effect may have happened twice; give it a key= of your own, or make what differs a step"
KEEPABLE = "after a crash it comes back without it: keep plain data, name its type in state_types=, or leave it out"
LOOK = "look at it with: jarvis-ctx report"
DRY = "start the orchestrator to recover; to see first what that would do: jarvis-ctx recover --dry-run"


def check(view: View) -> Iterator[Finding]:
    """Lock and run file, an unfinished recovery, the clock, quarantine, steps in doubt, captures that failed."""
    state, pulse = view.state(), view.pulse()
    yield _run(view, state, pulse)
    yield from _recorded(view, pulse)
    yield from _supervisor(view, pulse)
    yield from _marker(view, pulse)
    yield _clock(state, view.now())
    yield from _tasks(state, pulse)
    yield from _captures(pulse, state.latest_run)
    yield from _objects(state)
    for kind, count in state.unreadable.items():
        sentence = f"{number(count, 'event')} of kind {kind} cannot be read by this version."
        yield warning("events", sentence, "upgrade jarvis-ctx: a newer version wrote them")


def _run(view: View, state: State, pulse: Pulse) -> Finding:
    before = Predecessor.of(view.folder, view.name)
    run = before.latest(state)
    match life(pulse, run, before), run:
        case "live", _:
            return _live(view, pulse, run)
        case "dead", RunRecord():
            if identity.is_alive(run.process) and run.ended is None:
                sentence = f"Process {run.process.pid} lives, but does not hold the lock of its run {run.id}."
                return problem("run", sentence, "do locks hold on this file system? End that process, then start anew")
            return warning(
                "run", f"Run {run.id} died, last heard of {day_time(iso(state.stamp[0] or run.started))}.", DRY
            )
        case "ended", RunRecord():
            return ok("run", f"Run {run.id} ended cleanly ({run.ending}).")
        case _:
            remedy = "is --name right? Otherwise the orchestrator was never started here"
            return warning("run", f"{view.name} has never run here.", remedy)


def _live(view: View, pulse: Pulse, run: RunRecord | None) -> Finding:
    sentence, pid = f"{view.name} runs as process {pulse.live_pid}", pulse.live_pid
    # A process of a container that is not seen from here has its own id there.
    seen = run is not None and run.process.pid == pid and identity.is_alive(run.process)
    if pid is not None and seen and is_stopped(pid):
        return warning("run", f"{sentence}, which a signal has stopped: it does nothing.", f"kill -CONT {pid}")
    return ok("run", f"{sentence}.")


def _recorded(view: View, pulse: Pulse) -> Iterator[Finding]:
    recorded = RunFile(view.folder, view.name).read()
    if pulse.live_pid is None:
        return
    if recorded is None:
        yield warning(
            "run", f"run-{view.name}.json is missing or unreadable though it runs.", "the next start writes it"
        )
    elif recorded.process.pid != pulse.live_pid:
        sentence = f"run-{view.name}.json names process {recorded.process.pid}, the lock is held by {pulse.live_pid}."
        yield warning("run", sentence, "it may just be starting; if it stays so, restart the orchestrator")


def _supervisor(view: View, pulse: Pulse) -> Iterator[Finding]:
    found = glance(view)["supervisor"]
    if found is not None and found["killed"] and found["child"] == pulse.live_pid is not None:
        sentence = f"The supervisor of process {found['child']} was killed: nobody starts it again when it dies."
        yield warning("run", sentence, "jarvis-ctx run --adopt -- COMMAND")


def _marker(view: View, pulse: Pulse) -> Iterator[Finding]:
    marked = CrashMarker(view.folder).of(view.name)
    if marked is None:
        return
    if pulse.live_pid is not None:
        sentence = f"A recovery is under way in process {pulse.live_pid}, begun {number(marked.begun, 'time')}."
        yield warning("recovery", sentence, "wait until it is complete; if it stays so, see the log")
    else:
        sentence = f"A recovery was begun {number(marked.begun, 'time')} and not completed (CRASH_DETECTED is there)."
        if not marked.begun:
            sentence = "CRASH_DETECTED is there and cannot be read, so the next start recovers to be sure."
        yield problem("recovery", sentence, DRY)


def _clock(state: State, now: int) -> Finding:
    ahead = (state.stamp[0] - now) / MICROSECONDS
    if ahead > AHEAD:
        sentence = f"The last event is {ahead:,.0f} s in the future of this machine's clock."
        return warning("clock", sentence, "set the clock right; the order of events does not depend on it, ages do")
    return ok("clock", "No event lies in the future.")


def _tasks(state: State, pulse: Pulse) -> Iterator[Finding]:
    for task in state.tasks.values():
        if task.quarantined:
            sentence = f"Task {task.id} is quarantined: {task.quarantined}"
            yield warning(
                "tasks", sentence, f"find out why it kills its process, then: jarvis-ctx tasks --release {task.id}"
            )
    started = [step for steps in state.steps.values() for step in steps.values() if step.status == "started"]
    if started and pulse.live_pid is None:
        named = ", ".join(f"{step.name} of {step.task}" for step in started[:3])
        more = f" and {len(started) - 3} more" if len(started) > 3 else ""
        yield warning("steps", f"In doubt, it may or may not have happened: {named}{more}.", LOOK)
    for step in never_asked(state):
        yield warning("steps", f"{sentence_of(step['name'], step['task'])}.", GIVE_A_KEY)
    if pulse.unkept_steps:
        sentence = f"Run outside any task and without key=, so not kept: {number(pulse.unkept_steps, 'step')}."
        yield warning("steps", sentence, "call them inside a captured task, or give them key=")


def _objects(state: State) -> Iterator[Finding]:
    for line in object_lines(state):
        for sentence in state_problems(line):
            yield warning("state", sentence, KEEPABLE)


def _captures(pulse: Pulse, run: RunRecord | None) -> Iterator[Finding]:
    count, last = not_captured(pulse, run)
    if count:
        sentence = f"{number(count, 'call')} not captured; the last: {last}"
        yield problem("captures", sentence, "those calls would be unknown after a crash; look at the reason")
