"""What a person sees while the demo runs, and the proof at its end: with colour in a terminal, sober elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from .claims import Claim

SHOWN = 5


class Screen:
    """Writes to standard output, or to standard error when the proof itself goes there as JSON."""

    def __init__(self, *, stderr: bool = False) -> None:
        self.console = Console(stderr=stderr, highlight=False, soft_wrap=True)
        self._progress: Progress | None = None

    def say(self, text: str = "", style: str = "") -> None:
        """One line; above the bar while there is one."""
        (self._progress.console if self._progress else self.console).print(Text(text, style))

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        """A bar of published reviews; without a terminal a line at the beginning and one at the end."""
        if not self.console.is_terminal:
            bar = Bar(None, total)
            yield bar
            self.say(f"{title}: {bar.shown} of {total} reviews published")
            return
        columns = (TextColumn("{task.description}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as self._progress:
            yield Bar(self._progress, total, title)
        self._progress = None

    def claim(self, claim: Claim) -> None:
        """One line of the proof, and what speaks against it."""
        mark = self._mark("✓", "ok  ") if claim.holds else self._mark("✗", "FAIL")
        self.say(f"{mark} {claim.sentence}", "green" if claim.holds else "bold red")
        for wrong in claim.wrong[:SHOWN]:
            self.say(f"    {wrong}", "red")
        if len(claim.wrong) > SHOWN:
            self.say(f"    and {len(claim.wrong) - SHOWN} more", "red")

    def _mark(self, mark: str, plain: str) -> str:
        try:
            mark.encode(self.console.encoding)
        except (UnicodeEncodeError, LookupError):
            return plain
        return mark


class Bar:
    """How many reviews are published."""

    def __init__(self, progress: Progress | None, total: int, title: str = "") -> None:
        self._progress, self._total, self.shown = progress, total, 0
        self._task = progress.add_task(title, total=total) if progress else None

    def rename(self, title: str) -> None:
        """Say something else beside it."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=title)

    def show(self, published: int) -> None:
        """Move it to `published`."""
        self.shown = min(published, self._total)
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=self.shown)
