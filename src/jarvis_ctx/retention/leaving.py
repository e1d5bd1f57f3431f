"""Side files that are about to go: noted before the events that name them go, so that no kill leaves one behind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import read_whole, write_whole


class Leaving:
    """An orchestrator's note, beside the folder of the side files; without one there are none.

    Each has its own, as several may clean up at once: what one of them is about to take out, another still finds.
    """

    def __init__(self, journal: Path, orchestrator: str) -> None:
        self._path = journal / f"values-{orchestrator}.leaving"
        self._of_all = journal / "values.leaving"
        """What an older version has noted, for whichever orchestrator."""

    def names(self) -> set[str]:
        """What is noted. A note that cannot be read counts as none: a cleanup works without."""
        return _noted(self._path) | _noted(self._of_all)

    def add(self, names: set[str]) -> None:
        """Note these as well."""
        known = self.names()
        if not names <= known:
            self.put(known | names)

    def put(self, names: set[str]) -> None:
        """Note these and no others."""
        if names:
            write_whole(self._path, msgspec.json.encode(sorted(names)))
        else:
            self._path.unlink(missing_ok=True)
        self._of_all.unlink(missing_ok=True)


def _noted(path: Path) -> set[str]:
    try:
        return set(decoding.decode(read_whole(path), list[str]))
    except (OSError, msgspec.DecodeError):
        return set()
