"""Publications that were under way at a kill: what was found out about each, and whether the effects file agrees."""

from __future__ import annotations

from dataclasses import dataclass

from .evidence import Evidence, subjects


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A step in doubt at the end of life `life` (from 1): whether the next life found that it had happened.

    None when that life was killed before it asked. `wrong` is what speaks against the answer, or nothing.
    """

    life: int
    task: str
    key: str
    answer: bool | None
    wrong: str


def of(evidence: Evidence) -> list[Doubt]:
    """All doubts that the recovery reports tell of; one that outlasts a kill is in the next report again."""
    found = []
    for number, (life, report) in enumerate(zip(evidence.record.lives, evidence.recoveries, strict=False), 1):
        published = evidence.published_by(life.size)
        for step in report["steps_in_doubt"]:
            answer = _answer(evidence, report["run"], step["key"])
            wrong = "" if answer in (None, step["task"] in published) else "the effects file says otherwise"
            found.append(Doubt(life=number, task=step["task"], key=step["key"], answer=answer, wrong=wrong))
    return found


def open_in(doubts: list[Doubt]) -> list[str]:
    """Tasks of the steps about which nobody ever found out."""
    last = {doubt.key: doubt for doubt in doubts}
    return [doubt.task for doubt in last.values() if doubt.answer is None]


def unmentioned(evidence: Evidence) -> list[str]:
    """Publications that the witness saw under way at a kill, and that the report after it does not name."""
    wrong = []
    for life, (_, report) in enumerate(zip(evidence.testimonies, evidence.recoveries, strict=False), 1):
        under_way = subjects(evidence.at_work(life - 1), "publish_review")
        known = {step["task"] for step in report["steps_in_doubt"]}
        wrong += [f"report {life} does not say that publishing {id} is in doubt" for id in sorted(under_way - known)]
    return wrong


def _answer(evidence: Evidence, run: str, key: str) -> bool | None:
    """What the run that recovered found out about a step."""
    for event in evidence.events:
        if event.run == run and event.kind == "StepReconciled" and event.body["key"] == key:
            return bool(event.body["happened"])
    return None
