"""The table of peers, for the terminal and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tests.peers.peer import PEERS, Peer
from tests.peers.verdict import Verdict
from tests.peers.world import PACE, STEPS

COLUMNS = (
    "what",
    "acknowledged",
    "of them lost",
    "steps done twice",
    "work lost with a kill: mean, most",
    "carries on by itself",
    "says why it died",
)
ABOUT = """
Each does tasks of {steps} steps, one after another; a step thinks for {pace:g} ms and then has an effect outside. Each
is killed with SIGKILL {kills} times, at the same random moments {shortest:g} to {longest:g} s after its work began, all
side by side, and each time the same program is started again; the last life comes to its end.

- *Acknowledged*: the library had returned, so the program takes the step for kept. *Lost*: a later life did it again.
- *Steps done twice* had their effect again, those, too, that were cut off between effect and record. A step that looks
  before it acts does nothing twice with any of these; jarvis-ctx asks only about steps in doubt, and reports them.
- *Work lost* is the time of steps that a later life did again.
- No power was cut here; what they say of that stands below. Who waits for the disk does less in the same time.

What they document:
"""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """How one peer went: its version, and its verdict, or why there is none."""

    version: str
    verdict: Verdict | None = None
    reason: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was played, and where. `shortest` and `longest` are the seconds of work before a kill."""

    seed: int
    kills: int
    shortest: float
    longest: float
    machine: Mapping[str, str]


def section(played: Mapping[str, Played], run: Run) -> Iterator[str]:
    """The table, what it means, and how to repeat it, line by line."""
    chosen = [peer for peer in PEERS if peer.name in played]
    yield from (f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")
    for peer in chosen:
        yield f"| {' | '.join(_row(peer, played[peer.name]))} |"
    yield ABOUT.format(
        steps=STEPS, pace=PACE * 1000, kills=run.kills, shortest=run.shortest, longest=run.longest
    ).rstrip()
    yield from (f"- {peer.title}: {peer.documented}." for peer in chosen)
    yield ""
    yield (
        f"`make peers ARGS='--kills {run.kills} --seed {run.seed}'` plays it again. What was written for each is in "
        "`tests/peers/programs/`, the versions of all they need in `tests/peers/requirements.txt`. "
        + "; ".join(f"{name}: {value}" for name, value in run.machine.items())
        + "."
    )


def _row(peer: Peer, played: Played) -> list[str]:
    title = f"{peer.title} {played.version}".strip()
    if played.verdict is None:
        return [title, *["–"] * 4, f"not played: {played.reason}", "–"]
    verdict = played.verdict
    return [
        title,
        f"{verdict.acknowledged:,}",
        f"{verdict.lost:,}",
        f"{verdict.twice:,}",
        f"{verdict.seconds_lost:.2f} s, {verdict.most_lost:.2f} s",
        peer.resumes + _left(verdict),
        f"{verdict.explained} of {verdict.kills}" if verdict.explained else "no",
    ]


def _left(verdict: Verdict) -> str:
    """What did not come to its end, or not to the right one."""
    unfinished = f"; {verdict.unfinished} of {verdict.tasks} tasks never ended" if verdict.unfinished else ""
    return unfinished + (f"; {verdict.wrong} tasks ended with wrong results" if verdict.wrong else "")
