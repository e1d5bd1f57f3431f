"""What a power loss may take of calls that did not wait for the disk: the last of them, and the report says so."""

from __future__ import annotations

from collections.abc import Iterable

from tests.campaign.fault import Finding
from tests.campaign.remembered import Numbers, Position, shown, unnamed
from tests.crash.acknowledgements import Said
from tests.crash.calls import token_of
from tests.crash.harness import Verdicts
from tests.crash.readings import Found
from tests.crash.verdict import judge, judge_state


def lost(said: Said, verdicts: Verdicts) -> frozenset[str]:
    """The acknowledged calls of which something is missing."""
    layers = (judge(said, verdicts.checked.events), judge(said, verdicts.checked.database))
    return frozenset(token for verdict in layers for token in verdict.lost)


def judged(
    said: Said, verdicts: Verdicts, *, durable: frozenset[str], late: int = 0, taken: Position | None = None
) -> Finding:
    """The finding on one thread's calls. `durable` are those that must not be lost; `late` is how many may be there
    beyond those that were acknowledged.

    What is lost begins with the first event that is; a recovery that stands on a checkpoint, which has that event's
    effect, keeps later ones that came through as far as the checkpoint reaches: `taken`.
    """
    checked, found, gone = verdicts.checked, Finding(), lost(said, verdicts)
    made = sorted(said.acknowledged, key=token_of)
    if set(made[len(made) - len(gone) :]) != gone:
        found.wrong.append(f"lost, and not the last ones: {_some(gone)}")
    if gone & durable:
        found.wrong.append(f"lost although a sync covered it: {_some(gone & durable)}")
    left = said._replace(acknowledged=said.acknowledged - gone)
    left_layers = {
        "events": judge(left, checked.events),
        "database": judge(left, [one for one in checked.database if not _is_covered(one, gone, taken or {})]),
        "state": judge_state(left, checked.state),
    }
    for layer, verdict in left_layers.items():
        found.wrong += [f"{layer}: {name}: {_some(tokens)}" for name, tokens in verdict.wrong(1 + late).items()]
    if gone and not is_told(verdicts):
        found.wrong.append("the report says nothing of a loss")
    found.tally.update(acknowledged=len(made), lost=len(gone), extra=len(left_layers["events"].extra))
    return found


def _is_covered(one: Found, gone: frozenset[str], taken: Position) -> bool:
    _, writer, number = one.stamp
    return one.token in gone and number <= taken.get(writer, 0)


def is_told(verdicts: Verdicts) -> bool:
    """Whether the report tells of a loss, or that there may be one."""
    report = verdicts.checked.report
    return report is not None and bool(report.events_lost or report.possibly_lost)


def is_named(verdicts: Verdicts) -> bool:
    """Whether the report tells of a loss that there is: its numbers, or what is damaged or missing."""
    report = verdicts.checked.report
    return report is not None and bool(report.events_lost or report.damage)


def overlooked(gone: Numbers, synced: dict[str, int], verdicts: Verdicts) -> list[str]:
    """What is wrong about numbers: lost though the marks had them synced, or known to be gone and not named."""
    position = verdicts.checked.position
    short = {writer: number for writer, number in synced.items() if position.get(writer, 0) < number}
    wrong = [f"{writer} had {number} numbers synced, and {position} is left" for writer, number in short.items()]
    left = unnamed(gone, verdicts.checked.report)
    return wrong + [f"numbers that are gone are not named: {shown(left)}"] * bool(left)


def _some(tokens: Iterable[str]) -> str:
    return ", ".join(sorted(tokens, key=token_of)[:5])
