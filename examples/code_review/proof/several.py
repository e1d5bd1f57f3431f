"""The two acts of a demo of several orchestrators: each undisturbed by itself, then all killed in one store."""

from __future__ import annotations

from pathlib import Path

from . import acts
from .lives import Command
from .place import Place, Record, places
from .players import Player, play
from .screen import Screen


def several(
    folder: Path,
    commands: list[list[str]],
    *,
    workers: int,
    kills: int,
    seed: int,
    settings: dict[str, str],
    screen: Screen,
) -> None:
    """Have an orchestrator with these arguments for each of `commands`; each is killed `kills` times.

    With `workers` processes each, as many of those are killed besides. What it leaves behind lies in `folder`.
    """
    all_places = places(folder, [f"review-{number}" for number in range(1, len(commands) + 1)])
    files = [_files(arguments) for arguments in commands]
    undisturbed = [
        acts.undisturbed(place, arguments, count, screen, f"{place.name}, undisturbed")
        for place, arguments, count in zip(all_places, commands, files, strict=True)
    ]
    players = [
        Player(
            place,
            _command(place, arguments, workers, settings),
            files=count,
            kills=kills,
            worker_kills=kills if workers else 0,
            seed=f"{seed} {place.name}",
        )
        for place, arguments, count in zip(all_places, commands, files, strict=True)
    ]
    with screen.bar("All of them, attached", sum(files)) as bar:
        play(players, bar.show, lambda text: screen.say(text, "yellow"))
    for player, arguments, first in zip(players, commands, undisturbed, strict=True):
        record = Record(
            command=arguments,
            seed=seed,
            kills=kills,
            undisturbed=first,
            lives=player.lives,
            worker_kills=kills if workers else 0,
        )
        player.place.keep(record)


def _command(place: Place, arguments: list[str], workers: int, settings: dict[str, str]) -> Command:
    place.killed.folder.mkdir(parents=True)
    crew = ["--workers", str(workers)] if workers else []
    return Command(
        module=f"examples.code_review.proof.{'crew_witness' if workers else 'witness'}",
        arguments=[str(place.notes), *arguments, *crew],
        side=place.killed,
        settings={"JARVIS_CONTEXT_PATH": str(place.store), "JARVIS_NAME": place.name, **settings},
    )


def _files(arguments: list[str]) -> int:
    from ..__main__ import parser
    from ..package import Package

    options = parser().parse_args(arguments)
    return len(Package(options.path, options.limit, options.share).files)
