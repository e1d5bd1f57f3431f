"""What a campaign says while it plays: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.campaign.control import Control
from tests.campaign.ledger import Line

WRONG = 10
"""Lines shown of what is wrong in a round."""


class Telling:
    """Counts rounds by fault, and says at once which are not clean, and what becomes of each break."""

    def __init__(self, console: Console, progress: Progress, waiting: Counter[str], controls: int) -> None:
        self._console, self._progress, self._waiting = console, progress, waiting
        self._task = progress.add_task("", total=waiting.total() + controls)

    def heard(self, line: Line) -> None:
        """A round is through."""
        self._waiting[line.fault] -= 1
        if not line.clean:
            self._unclean(line)
        if not self._progress.disable:
            self._progress.update(self._task, advance=1, description=line.fault)
        elif self._waiting[line.fault] == 0:
            self._console.print(f"{line.fault}: played", highlight=False)

    def judged(self, control: Control, after: int | None) -> None:
        """A break was caught after so many rounds, or not at all."""
        found = "NOT caught" if after is None else f"caught after {after} round{'s' if after > 1 else ''}"
        self._console.print(f"{control.id}: {control.title}: {found} by {control.fault}", highlight=False, markup=False)
        self._progress.update(self._task, advance=1, description=control.id)

    def _unclean(self, line: Line) -> None:
        self._console.print(f"{line.fault} round {line.number} is not clean:", highlight=False)
        for wrong in line.wrong:
            self._console.print(
                *wrong.strip().splitlines()[-WRONG:], sep="\n", highlight=False, markup=False, soft_wrap=True
            )


@contextmanager
def telling(waiting: Counter[str], controls: int) -> Iterator[Telling]:
    """To standard error; the bar goes when all is said."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:>4}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Telling(console, progress, waiting, controls)
