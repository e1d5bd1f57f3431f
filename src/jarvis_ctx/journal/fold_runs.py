"""What is told of a run becomes its record."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx import decoding
from jarvis_ctx.journal.shapes import mapping, numbers, text, whole
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord
from jarvis_ctx.model.state import State

RUNS_KEPT = 100


def _run_started(state: State, event: Event) -> None:
    body = event.body
    run = RunRecord(
        id=event.run,
        name=state.name,
        epoch=whole(body["epoch"]),
        writer=event.writer,
        process=decoding.convert(body["process"], ProcessIdentity),
        started=event.time,
        chain=RunId(text(body["chain"])),
        resume=text(body.get("resume", "report")),
        policy=decoding.convert(body.get("policy", {}), dict[str, float]),
        durability=text(body.get("durability", "")),
        code=_code(body.get("code", {})),
    )
    state.fences.update(fences_of(event))
    state.runs[event.subject] = run
    if run.id == run.chain and state.chained:
        present = state.chain
        state.chained = {run: chain for run, chain in state.chained.items() if chain == present}
    while len(state.runs) > RUNS_KEPT:
        _forget(state, min(state.runs.values(), key=lambda run: run.epoch))


def _forget(state: State, run: RunRecord) -> None:
    """What is left of it: its count, and that it is of the present chain."""
    if run.chain == state.chain:
        state.chained[run.id] = run.chain
    del state.runs[run.id]
    state.runs_forgotten += 1
    state.recoveries_forgotten += run.id != run.chain


def fences_of(event: Event) -> dict[str, int]:
    """The last number that a `RunStarted` lets each writer before it have."""
    return numbers(event.body.get("fences", {}))


def _code(value: object) -> dict[str, str]:
    return {method: text(code) for method, code in mapping(value).items()}


def _run_ended(state: State, event: Event) -> None:
    run = state.runs.get(event.subject)
    if run is not None and run.ended is None:
        state.runs[event.subject] = replace(run, ended=event.time, ending=text(event.body["ending"]))


def _run_died(state: State, event: Event) -> None:
    run = state.runs.get(event.subject)
    if run is not None:
        state.runs[event.subject] = replace(run, ended=whole(event.body["at"]), cause=mapping(event.body["cause"]))


def _capture_failed(state: State, event: Event) -> None:
    run, told = state.runs.get(event.subject), (whole(event.body["count"]), text(event.body["last"]))
    if run is not None:
        uncaptured = {**run.uncaptured, event.writer: told}
        state.runs[event.subject] = replace(run, uncaptured=uncaptured)


def _code_recorded(state: State, event: Event) -> None:
    run = state.runs.get(event.subject)
    if run is not None:
        state.runs[event.subject] = replace(run, code={**run.code, **_code(event.body["code"])})


RUN_HANDLERS = {
    "RunStarted": _run_started,
    "RunEnded": _run_ended,
    "RunDied": _run_died,
    "CodeRecorded": _code_recorded,
    "CaptureFailed": _capture_failed,
}
