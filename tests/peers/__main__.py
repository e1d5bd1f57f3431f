"""`make peers`: the same work and the same kills for each, and the table in docs/reliability.md.

Options: see --help. A peer that is not installed, or that did not come through, stands in the table with its reason.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jarvis_ctx import __version__
from tests.benchmarks import machine
from tests.campaign import page
from tests.peers import verdict
from tests.peers.lives import THEIRS, Failed, Lives
from tests.peers.peer import PEERS, Peer
from tests.peers.table import Played, Run, section

SHORTEST = 2.0
AGAIN = 0.2
"""Seconds after which a life that was begun meanwhile is ended, too."""


def main(given: list[str]) -> int:
    """Play, and show the table; 0 when ours came through and lost nothing, 1 when not, 130 after Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell's background job ignores it.
    options = _parser().parse_args(given)
    seed = random.randrange(10_000) if options.seed is None else options.seed
    chance = random.Random(seed)
    moments = [chance.uniform(SHORTEST, options.longest) for _ in range(options.kills)]
    folder = options.keep or Path(tempfile.mkdtemp(prefix="jarvis-peers-"))
    chosen = [peer for peer in PEERS if peer.name in (options.only or [each.name for each in PEERS])]
    print(f"--seed {seed}; {sum(moments) / 60:.0f} minutes of work each, all at once, in {folder}", file=sys.stderr)
    with _bar(len(chosen) * options.kills) as killed, ThreadPoolExecutor(len(chosen)) as pool:
        told = {peer.name: pool.submit(_play, peer, folder / peer.name, moments, killed) for peer in chosen}
        try:
            played = {name: each.result() for name, each in told.items()}
        except KeyboardInterrupt:
            _end(told.values())
            return 130
    facts = machine.facts(folder)
    run = Run(seed=seed, kills=options.kills, shortest=SHORTEST, longest=options.longest, machine=facts)
    lines = list(section(played, run))
    print(msgspec.json.encode({"run": run, "played": played}).decode() if options.json else "\n".join(lines))
    if not options.only:
        page.write("peers", lines)
    ours = [played[peer.name].verdict for peer in chosen if peer.ours]
    return 1 if any(each is None or each.lost or each.unfinished or each.wrong for each in ours) else 0


def _end(told: Collection[Future[Played]]) -> None:
    """End all lives, and with them those who wait for them."""
    while wait(told, timeout=AGAIN).not_done:
        for process in psutil.Process().children(recursive=True):
            process.kill()


def _play(peer: Peer, folder: Path, moments: list[float], killed: Callable[[], None]) -> Played:
    """All lives of one peer, and the verdict on them."""
    version = __version__ if peer.ours else ""
    if peer.package:
        version, reason = _version(peer.package)
        if reason:
            return Played(version="", reason=reason)
    lives = Lives(peer, folder)
    try:
        lives.live(moments, killed)
    except Failed as failed:
        return Played(version=version, reason=str(failed))
    return Played(version=version, verdict=verdict.judge(lives.notes(), len(moments)))


def _version(package: str) -> tuple[str, str]:
    """The version in the peers' environment, and why there is none."""
    if not THEIRS.exists():
        return "", "its environment could not be made; `make peers` says why"
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([str(THEIRS), "-c", code], capture_output=True, text=True, check=False)
    reason = "" if done.returncode == 0 else f"{package} is not installed"
    return done.stdout.strip(), reason


@contextmanager
def _bar(kills: int) -> Iterator[Callable[[], None]]:
    """To be called at each kill; a bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("kills"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("kills", total=kills)
        yield lambda: progress.advance(task)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="of each (default: %(default)s)")
    parser.add_argument("--longest", type=float, default=40.0, metavar="S", help="seconds that a life works at most")
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the moments of an earlier run")
    parser.add_argument(
        "--only", action="append", choices=[peer.name for peer in PEERS], help="this one alone, or these"
    )
    parser.add_argument("--json", action="store_true", help="print what was counted as JSON, not the table")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this new folder (default: a temporary one)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
