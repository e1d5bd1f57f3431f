"""Runs begun, worked and killed in a real folder, one after the other, with a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis_ctx import settings
from jarvis_ctx.recovery.begin import Begun, begin
from jarvis_ctx.sidecar.opening import OpenStore
from tests.fakes import FakeClock
from tests.unit.journal.build import abandon


class Place:
    """A store's folder in which runs follow each other."""

    def __init__(self, path: Path, **chosen: Any) -> None:
        self.path, self.clock = path, FakeClock()
        self.settings = settings.load({"path": path, "resume": "skip", **chosen}, environ={})

    @contextmanager
    def opened(self) -> Iterator[OpenStore]:
        self.clock.advance(60)
        opening = OpenStore(self.settings, self.clock)
        try:
            yield opening
        finally:
            opening.close()

    @contextmanager
    def run(self, ending: str = "") -> Iterator[Begun]:
        """A run, killed at the end of the block, or ended as `ending` says."""
        with self.opened() as opening:
            begun = begin(opening.ground)
            try:
                yield begun
                if ending:
                    begun.journal.finish({"ending": ending})
            finally:
                abandon(begun.journal)

    @property
    def marked(self) -> bool:
        return (self.path / "CRASH_DETECTED").exists()

    def reports(self) -> list[str]:
        return sorted(path.name for path in self.path.glob("recovery_report_*.json"))
