"""What a power loss may take of calls that did not wait for the disk: the last of them, and the report says so."""

from __future__ import annotations

from collections.abc import Iterable

from tests.campaign.fault import Finding
from tests.crash.acknowledgements import Said
from tests.crash.calls import token_of
from tests.crash.harness import Verdicts
from tests.crash.verdict import judge, judge_state


def judged(said: Said, verdicts: Verdicts, *, durable: frozenset[str] = frozenset(), late: int = 0) -> Finding:
    """The finding on one thread's calls. `durable` are those that must not be lost; `late` is how many may be there
    beyond those that were acknowledged.
    """
    checked, found = verdicts.checked, Finding()
    layers = (judge(said, checked.events), judge(said, checked.database))
    lost = {token for verdict in layers for token in verdict.lost}
    made = sorted(said.acknowledged, key=token_of)
    if set(made[len(made) - len(lost) :]) != lost:
        found.wrong.append(f"lost, and not the last ones: {_shown(lost)}")
    if lost & durable:
        found.wrong.append(f"lost although a sync covered it: {_shown(lost & durable)}")
    left = said._replace(acknowledged=said.acknowledged - lost)
    left_layers = {
        "events": judge(left, checked.events),
        "database": judge(left, checked.database),
        "state": judge_state(left, checked.state),
    }
    for layer, verdict in left_layers.items():
        found.wrong += [f"{layer}: {name}: {_shown(tokens)}" for name, tokens in verdict.wrong(1 + late).items()]
    if lost and not is_told(verdicts):
        found.wrong.append("the report says nothing of a loss")
    found.tally.update(acknowledged=len(made), lost=len(lost), extra=len(left_layers["events"].extra))
    return found


def is_told(verdicts: Verdicts) -> bool:
    """Whether the report tells of a loss, or that there may be one."""
    report = verdicts.checked.report
    return report is not None and bool(report.events_lost or report.possibly_lost)


def _shown(tokens: Iterable[str]) -> str:
    return ", ".join(sorted(tokens, key=token_of)[:5])
