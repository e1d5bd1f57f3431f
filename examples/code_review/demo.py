"""The demo: reviews real code, is killed again and again, carries on each time, and proves that nothing went wrong."""

from __future__ import annotations

import argparse
import json
import random
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from .options import at_least_one, folder, seconds
from .package import Package, standard_library
from .proof import acts
from .proof.evidence import Evidence
from .proof.kills import moments
from .proof.lives import ENDINGS, Failed
from .proof.place import Place, Record, places
from .proof.screen import Screen
from .proof.several import several
from .proof.verdict import Verdict

ABOUT = """\
First the review runs undisturbed and without jarvis-ctx. Then the same review, with jarvis-ctx attached by one
decorator, runs under `jarvis-ctx run`, is killed with SIGKILL at random moments, and is started again each time; its
dashboard can be watched meanwhile. What both left behind is then held against each other by plain code that uses
nothing of jarvis-ctx.
"""
EXITS = "Exit code: 0 every claim holds; 1 one does not, and its name is said; 130 interrupted."
INTERRUPTED = 130
OF_SEVERAL = 240
"""Files that several orchestrators review between them, unless a person wants another number."""
WORKERS = 4
"""Worker processes of each orchestrator."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo, or judge one that was kept; 0 when every claim holds."""
    options = _parser().parse_args(arguments)
    screen = Screen(stderr=options.json)
    for ending in ENDINGS:
        signal.signal(ending, signal.default_int_handler)
    try:
        folder = options.check.absolute() if options.check else _run(options, screen)
        verdicts = [Verdict(Evidence(place, place.record())) for place in places(folder)]
    except KeyboardInterrupt:
        screen.say("Interrupted; every process that was started has been ended.", "yellow")
        return INTERRUPTED
    except (Failed, OSError) as error:
        screen.say(f"The demo did not come to its end: {error}", "bold red")
        return 1
    for verdict in verdicts:
        verdict.show(screen, named=len(verdicts) > 1)
    _point_around(folder, screen)
    if options.json:
        proofs = {verdict.name: verdict.to_json() for verdict in verdicts}
        print(json.dumps(proofs if len(verdicts) > 1 else verdicts[0].to_json(), indent=2))
    return 1 if any(verdict.failed for verdict in verdicts) else 0


def _run(options: argparse.Namespace, screen: Screen) -> Path:
    """Both acts; what they leave behind lies in the folder."""
    if options.orchestrators > 1 or options.processes:
        return _run_several(options, screen)
    files = len(Package(options.path, options.limit).files)
    seed = random.randrange(10_000) if options.seed is None else options.seed
    place = Place(_work_folder(options.keep))
    screen.say(f"{files} files of {_named(options.path)}, {options.threads} under review at a time (--seed {seed})")
    command = _command(options)
    first = acts.undisturbed(place, command, files, screen)
    when = moments(files, options.kills, seed, options.pace)
    title = "Without jarvis-ctx" if options.without else "Attached"
    window = None if options.without else acts.Window(opens=options.open)
    lives = acts.disturbed(place, command, files, when, _settings(options), screen, title, window)
    place.keep(Record(command=command, seed=seed, kills=options.kills, undisturbed=first, lives=lives))
    return place.folder


def _run_several(options: argparse.Namespace, screen: Screen) -> Path:
    """Both acts of several orchestrators, which share the files between them."""
    options.limit = options.limit or OF_SEVERAL
    count = len(Package(options.path, options.limit).files)
    seed = random.randrange(10_000) if options.seed is None else options.seed
    at_a_time = f"{WORKERS} worker processes" if options.processes else f"{options.threads} threads"
    screen.say(
        f"{count} files of {_named(options.path)} in {options.orchestrators} shares, each with its own orchestrator "
        f"and {at_a_time}, all in one store (--seed {seed})"
    )
    folder = _work_folder(options.keep)
    several(
        folder,
        [[*_command(options), "--share", f"{n}/{options.orchestrators}"] for n in range(1, options.orchestrators + 1)],
        workers=WORKERS if options.processes else 0,
        kills=options.kills,
        seed=seed,
        settings=_settings(options),
        screen=screen,
    )
    return folder


def _settings(options: argparse.Namespace) -> dict[str, str]:
    """What the attached command is told: as it comes, unless a person wants otherwise."""
    settings = {"JARVIS_DISABLED": "1"} if options.without else {}
    if options.kills > 3:
        # So many may meet one unlucky task; by default it would be set aside, as one that kills its process.
        settings["JARVIS_MAX_ATTEMPTS"] = str(options.kills)
    return settings


def _command(options: argparse.Namespace) -> list[str]:
    """The review's own arguments; both acts run in their own folder, where they leave files of these names."""
    chosen = [str(options.path.absolute()), "--threads", str(options.threads), "--pace", str(options.pace)]
    return chosen if options.limit is None else [*chosen, "--limit", str(options.limit)]


def _work_folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="jarvis-demo-"))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise FileExistsError(f"{keep} is not empty")
    return keep.absolute()


def _point_around(folder: Path, screen: Screen) -> None:
    """What to try next."""
    python, place = _near(Path(sys.executable)), places(folder)[0]
    jarvis, store = shlex.quote(str(python.with_name("jarvis-ctx"))), shlex.quote(str(place.store))
    look = ("status", "report", "tasks", "doctor", "dashboard") if (place.store / "journal").exists() else ()
    name = f" --name {place.name}" if place.shared else ""
    screen.say(f"\nAll of it is in {folder}; delete it when you are done." + (" Look around:" if look else ""))
    for command in look:
        screen.say(f"  {jarvis} {command} --path {store}{name}")
    screen.say(f"Or cheat: change a file below {place.killed.folder}, and have it judged again:")
    screen.say(f"  {shlex.quote(str(python))} -m examples.code_review.demo --check {shlex.quote(str(folder))}")


def _named(package: Path) -> str:
    if package != standard_library():
        return str(package)
    return f"the standard library of Python {sys.version_info.major}.{sys.version_info.minor}"


def _near(path: Path) -> Path:
    """The path as a person in this folder would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.code_review.demo", description=ABOUT, epilog=EXITS)
    add = parser.add_argument
    add(
        "path",
        nargs="?",
        type=folder,
        default=standard_library(),
        help="package to review (default: Python's own library)",
    )
    add("--kills", type=_count, default=3, metavar="N", help="how often to kill it (default: %(default)s)")
    add("--seed", type=_count, metavar="N", help="repeat the moments of an earlier demo, which said its seed")
    add("--orchestrators", type=at_least_one, default=1, metavar="N", help="so many share the files, in one store")
    add("--processes", action="store_true", help="review in worker processes, which are killed, too")
    add("--limit", type=at_least_one, metavar="N", help="review only N files, evenly spread (default: all)")
    add("--threads", type=at_least_one, default=24, metavar="N", help="files under review at a time (default: 24)")
    add(
        "--pace", type=seconds, default=0.02, metavar="S", help="seconds an agent thinks over a subtask (default: 0.02)"
    )
    add("--keep", type=Path, metavar="DIR", help="work in this new folder (default: a temporary one)")
    add("--json", action="store_true", help="print the proof as JSON; all else goes to standard error")
    add("--without", action="store_true", help="leave jarvis-ctx out, to see what the kills do then")
    add("--open", action="store_true", help="open the dashboard in a browser while it runs")
    add("--check", type=folder, metavar="DIR", help="run nothing; judge the demo that was kept in this folder")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
