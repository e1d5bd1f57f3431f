"""How often a run's database had to be made anew while the run lived, and what a person is told of it."""

from __future__ import annotations

from jarvis_ctx.clock import iso
from jarvis_ctx.model.healed import Healed
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.wording import day_time, listed, number, span


def healings(state: State, run: str) -> list[Healed]:
    """Those of a run, oldest first; the latest `state.history` of all runs are known."""
    return [Healed.told(event) for event in state.healed if event.run == run]


def sentence(healed: Healed) -> str:
    """When, why, from what, how much, and where the old file is."""
    found = (
        number(healed.segments, "segment"),
        number(healed.checkpoints, "checkpoint file"),
    )
    rows = ((healed.events, "event"), (healed.tasks, "task"), (healed.steps, "step"), (healed.runs, "run"))
    holds = listed([number(count, noun) for count, noun in rows])
    aside = f" Moved aside: {listed(healed.aside)}." if healed.aside else ""
    damaged = f" Not taken in: {listed(healed.damaged)}." if healed.damaged else ""
    return (
        f"The database was made anew {day_time(iso(healed.at))} while the run lived ({healed.reason}), from "
        f"{' and '.join(found)}, in {span(healed.seconds)}: {holds}.{aside}{damaged}"
    )
