"""What a start would find and do now, found out without doing it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.insight.agents import leases
from jarvis_ctx.insight.view import View
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import choice
from jarvis_ctx.recovery import plan as planning
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.recovery.predecessor import Predecessor
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.recovery.rebuild import Rebuilt
from jarvis_ctx.settings import Settings

LIKE_THE_LAST = (
    "Nothing was written. A start with the settings of the run that died (resume={resume}) would now report this; "
    "its own settings decide:"
)


def foreseen(view: View, settings: Settings, source: str | None, label: str) -> dict[str, Any]:
    """The forecast as plain data; with a `source`, from the base that it names. Raises as `try_base`."""
    if source is None:
        return forecast(view, settings).to_json()
    _, rebuilt = try_base(view, source, label)
    return {**forecast(view, settings, rebuilt).to_json(), "base": rebuilt.base, "chosen": False, "replaced": None}


def try_base(view: View, source: str, label: str = "") -> tuple[Choice, Rebuilt]:
    """The base that `source` names, and the state as it would be rebuilt from it; nothing is written.

    Raises `NoBase`, and `CorruptData` or `NotOurs` for a base that does not verify.
    """
    latest = view.state().latest_run
    chosen = choice.find(view.layers(), source, label, latest.epoch if latest else 0)
    return chosen, view.rebuilt(chosen)


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """The recovery that a start would make now; `plan` is None when there is nothing to recover from."""

    sentence: str
    live_pid: int | None
    plan: Plan | None

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        plan = self.plan
        return {
            "sentence": self.sentence,
            "recovers": plan is not None,
            "pid": self.live_pid,
            "replays_results": plan.skip if plan else False,
            "runs_alone": sorted(plan.suspects) if plan else [],
            "appends": [{"kind": event.kind, "subject": event.subject} for event in plan.events] if plan else [],
            "report": plan.report.to_json() if plan else None,
        }


def forecast(view: View, settings: Settings, rebuilt: Rebuilt | None = None) -> Forecast:
    """Decide as a start would that is told what the dead run was told; nothing is written.

    `settings` say what its record does not. A start decides by its own settings.
    """
    live = view.pulse().live_pid
    if live is not None:
        sentence = f"{view.name} runs as process {live}: a second start would be refused, nothing is recovered."
        return Forecast(sentence=sentence, live_pid=live, plan=None)
    rebuilt, before = rebuilt or view.rebuilt(), Predecessor.of(view.folder, view.name)
    latest, dead = before.latest(rebuilt.state), before.dead(rebuilt.state)
    if dead is None:
        return Forecast(sentence=_nothing(view, latest), live_pid=None, plan=None)
    marked = before.marker.of(view.name)
    plan = planning.make(
        rebuilt,
        dead,
        _next_run(view, latest, dead),
        before.cause(dead, rebuilt.state),
        leases(view),
        Policy.as_told(dead, settings),
        (marked.begun if marked else 0) + 1,
    )
    plan = replace(plan, report=view.redaction(plan.report))
    return Forecast(sentence=LIKE_THE_LAST.format(resume=dead.resume), live_pid=None, plan=plan)


def _nothing(view: View, run: RunRecord | None) -> str:
    if run is None:
        return f"{view.name} has never run here: a start now begins with an empty state."
    return f"Run {run.id} ended cleanly ({run.ending}): a start now carries on from its state, nothing is recovered."


def _next_run(view: View, latest: RunRecord | None, dead: RunRecord) -> RunRecord:
    epoch = (latest.epoch if latest else 0) + 1
    return RunRecord(
        id=RunId(f"{view.name}.{epoch}"),
        name=view.name,
        epoch=epoch,
        writer=WriterId(""),
        process=identity.this_process(),
        started=view.now(),
        chain=dead.chain,
        resume=dead.resume,
    )
