"""Breaks jarvis-ctx in every way we know, many times over, and counts what is lost. Options: see --help.

Each round is a line in OUT/campaign.jsonl; --resume goes on after Ctrl-C. Folders of rounds that were not clean stay.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from tests.benchmarks import machine
from tests.campaign import brief, page, revision, summary
from tests.campaign.campaign import Plan, play
from tests.campaign.controls import CONTROLS
from tests.campaign.fault import SCALES
from tests.campaign.faults import FAULTS
from tests.campaign.ledger import Header, Ledger

OTHER = (
    "The code of the campaign in {} was at revision {}, and is at {} now: one table cannot be of both. "
    "Leave out --resume to begin anew, or go back to that code."
)
CHANGED = (
    "The code was at revision {} when the campaign began, and is at {} now, so nobody knows what was played: "
    "the page is left as it is. Begin anew, with code that stays."
)


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument(
        "--rounds", default="full", type=_rounds, help="small, full, release, or a number for each fault"
    )
    parser.add_argument(
        "--only", action="append", choices=[*FAULTS, *CONTROLS], metavar="F1", help="this fault or control, or these"
    )
    parser.add_argument("--seed", help="the seed of an earlier campaign, to play it again")
    parser.add_argument("--resume", action="store_true", help="go on with the campaign in OUT")
    parser.add_argument("--out", type=Path, default=Path(gettempdir()) / "jarvis-campaign", help="default %(default)s")
    parser.add_argument("--players", type=int, default=2, help="rounds side by side, default %(default)s")
    parser.add_argument("--list", action="store_true", help="say what there is to play")
    parser.add_argument(
        "--page", action="store_true", help="write docs/reliability.md also from a part or a small campaign"
    )
    return parser.parse_args(given)


def _rounds(given: str) -> str:
    if given not in SCALES and not (given.isdigit() and int(given)):
        raise argparse.ArgumentTypeError(f"{given!r}: expected {', '.join(SCALES)} or a number")
    return given


def main(given: list[str]) -> int:
    """Play, and sum up: 0 when all is as it should be, 1 when not, 130 after Ctrl-C, 2 when it cannot begin."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell's background job ignores it.
    chosen = arguments(given)
    if chosen.list:
        print("\n".join(f"{fault.id}  {fault.title}: {fault.promise}  {fault.rounds}" for fault in FAULTS.values()))
        print("\n".join(f"{one.id}  {one.title}, caught by {one.fault}" for one in CONTROLS.values()))
        return 0
    ledger = Ledger(chosen.out)
    header = _header(chosen, ledger)
    if isinstance(header, str):
        print(header, file=sys.stderr)
        return 2
    plan = _plan(chosen, header)
    print(f"--seed {header.seed}; {chosen.out}/campaign.jsonl", file=sys.stderr)
    began = time.monotonic()
    try:
        clean = play(plan, ledger)
    except KeyboardInterrupt:
        print("Stopped; --resume goes on.", file=sys.stderr)
        return 130
    finally:
        print(f"It took {timedelta(seconds=round(time.monotonic() - began))}.", file=sys.stderr)
    lines = summary.section(FAULTS, CONTROLS, ledger, header)
    print("\n".join(lines))
    if (now := revision.played()) != header.revision:
        print(CHANGED.format(header.revision, now), file=sys.stderr)
        return 1
    if chosen.page or (not chosen.only and header.rounds in ("full", "release")):
        summary.write(lines)
        page.write("brief", brief.table(FAULTS, CONTROLS, ledger))
    return 0 if clean else 1


def _plan(chosen: argparse.Namespace, header: Header) -> Plan:
    only = set(chosen.only or [*FAULTS, *CONTROLS])
    return Plan(
        faults=FAULTS,
        chosen=frozenset(only & FAULTS.keys()),
        controls=[control for control in CONTROLS.values() if control.id in only],
        rounds=header.rounds,
        seed=header.seed,
        folder=chosen.out,
        players=chosen.players,
    )


def _header(chosen: argparse.Namespace, ledger: Ledger) -> Header | str:
    """What is to be played, anew or as it was begun; or why it cannot go on."""
    now = revision.played()
    if chosen.resume:
        old = ledger.header()
        if old is None:
            return f"There is no campaign in {chosen.out}: leave out --resume to begin one."
        if chosen.seed not in (None, old.seed):
            return f"The campaign in {chosen.out} has the seed {old.seed}: leave out --seed to go on with it."
        return old if old.revision == now else OTHER.format(chosen.out, old.revision or "not known", now)
    header = Header(
        seed=chosen.seed or os.urandom(4).hex(),
        rounds=chosen.rounds,
        machine=machine.facts(Path(gettempdir())),
        revision=now,
    )
    ledger.begin(header)
    return header


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
