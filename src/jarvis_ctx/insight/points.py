"""The recovery points: what each one holds, where it is kept, and whether it is whole."""

from __future__ import annotations

from jarvis_ctx.clock import iso
from jarvis_ctx.errors import CorruptData, NotOurs, StoreUnavailable
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.state import State
from jarvis_ctx.model.travel import Kept, KeptPoint
from jarvis_ctx.recovery import bases
from jarvis_ctx.recovery.bases import Candidate
from jarvis_ctx.recovery.rebuild import Layers


def points(layers: Layers, state: State) -> list[KeptPoint]:
    """Every recovery point, oldest first; each copy of it is read and verified.

    One that was marked and is kept nowhere any more is there, too, so that nobody relies on it.
    """
    copies: dict[str, list[Candidate]] = {}
    for candidate in bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, []):
        if candidate.header is not None and candidate.header.label:
            copies.setdefault(candidate.header.id, []).append(candidate)
    found = [_point(each) for each in copies.values()]
    found += [_gone(event) for event in state.points if _checkpoint(event) not in copies]
    return sorted(found, key=lambda point: (point.time, point.id))


def _point(copies: list[Candidate]) -> KeptPoint:
    header = max((c.header for c in copies if c.header is not None), key=lambda header: header.taken)
    problems = {copy.name: problem for copy in copies if (problem := _problem(copy, header))}
    return KeptPoint(
        label=header.label,
        id=header.id,
        time=iso(header.taken),
        run=header.run,
        epoch=header.epoch,
        events=sum(header.position.values()),
        tasks=header.tasks,
        agents=header.agents,
        position=header.position,
        kept=_kept(copies),
        verifies=len(problems) < len(copies),
        problems=[f"{name}: {problem}" for name, problem in problems.items()],
    )


def _problem(copy: Candidate, header: CheckpointHeader) -> str:
    try:
        state = copy.load()
    except (CorruptData, NotOurs, StoreUnavailable) as error:
        return str(error)
    return "" if state.position == header.position else "it is of another moment than the other copies."


def _kept(copies: list[Candidate]) -> Kept:
    inside = any(copy.layer == "database" for copy in copies)
    outside = any(copy.layer != "database" for copy in copies)
    return "both" if inside and outside else "database" if inside else "file"


def _checkpoint(event: Event) -> str:
    return str(event.body.get("checkpoint", ""))


def _gone(event: Event) -> KeptPoint:
    return KeptPoint(
        label=str(event.body.get("label", event.subject)),
        id=_checkpoint(event),
        time=iso(event.time),
        run=event.run,
        epoch=0,
        events=0,
        tasks=0,
        agents=0,
        position={},
        kept="nowhere",
        verifies=False,
        problems=["Neither the database nor a file has it any more."],
    )
