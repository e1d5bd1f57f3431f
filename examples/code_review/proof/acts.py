"""The two acts of the demo: the run that nobody disturbs, and the run that is killed and started again; of several."""

from __future__ import annotations

from .kills import Moment
from .lives import Command, live
from .place import Life, Place
from .screen import Screen


def undisturbed(place: Place, arguments: list[str], files: int, screen: Screen, title: str = "Undisturbed") -> Life:
    """The orchestrator as it is, without jarvis-ctx."""
    place.reference.folder.mkdir(parents=True)
    command = Command(module="examples.code_review", arguments=arguments, side=place.reference)
    with screen.bar(title, files) as bar:
        return live(command, None, bar.show)


def disturbed(
    place: Place,
    arguments: list[str],
    files: int,
    moments: list[Moment],
    settings: dict[str, str],
    screen: Screen,
    title: str,
) -> list[Life]:
    """The attached orchestrator, killed at each of `moments`, and each time the very same command again."""
    place.killed.folder.mkdir(parents=True)
    command = Command(
        module="examples.code_review.proof.witness",
        arguments=[str(place.notes), *arguments],
        side=place.killed,
        settings={"JARVIS_CONTEXT_PATH": str(place.store), **settings},
    )
    lives: list[Life] = []
    with screen.bar(title, files) as bar:
        for moment in [*moments, None]:
            life = live(command, moment, bar.show)
            lives.append(life)
            if not life.killed:
                break
            screen.say(
                f"kill -9 {life.pid} with {life.published} of {files} published; the same command again", "yellow"
            )
    return lives
