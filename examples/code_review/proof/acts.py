"""The two acts of the demo: the run that nobody disturbs, and the run that is killed and started again; of several."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .kills import Moment
from .lives import Command, live
from .place import Life, Place
from .screen import Screen
from .supervised import Supervised, link, lives


def undisturbed(place: Place, arguments: list[str], files: int, screen: Screen, title: str = "Undisturbed") -> Life:
    """The orchestrator as it is, without jarvis-ctx."""
    place.reference.folder.mkdir(parents=True)
    command = Command(module="examples.code_review", arguments=arguments, side=place.reference)
    with screen.bar(title, files) as bar:
        return live(command, None, bar.show)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The dashboard is served meanwhile, and its link said; with `opens` a browser is opened."""

    opens: bool


def disturbed(
    place: Place,
    arguments: list[str],
    files: int,
    moments: list[Moment],
    settings: dict[str, str],
    screen: Screen,
    title: str,
    window: Window | None,
) -> list[Life]:
    """The attached orchestrator under `jarvis-ctx run`, killed at each of `moments`; the supervisor starts it again."""
    place.killed.folder.mkdir(parents=True)
    command = Command(
        module="examples.code_review.proof.witness",
        arguments=[str(place.notes), *arguments],
        side=place.killed,
        settings={"JARVIS_CONTEXT_PATH": str(place.store), **settings},
    )
    supervised = Supervised(command, place.name, len(moments), serve=window is not None)
    # Beside the kills, whose moments do not wait for it.
    with screen.bar(title, files) as bar, ThreadPoolExecutor(1) as pool:

        def show(published: int) -> None:
            bar.show(published)
            if window is not None and (url := supervised.newly_served()) is not None:
                pool.submit(point_at, url, window)

        def point_at(url: str, window: Window) -> None:
            screen.say(link(place.store, place.name, url, opens=window.opens), "cyan")

        def killed(life: Life) -> None:
            screen.say(f"kill -9 {life.pid} with {life.published} of {files} published; it is started again", "yellow")

        return lives(supervised, command, moments, show, killed)
