"""Side files that are about to go: noted before the events that name them go, so that no kill leaves one behind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx.disk.files import read_whole, write_whole


class Leaving:
    """The note, beside the folder of the side files; without one there are none."""

    def __init__(self, journal: Path) -> None:
        self._path = journal / "values.leaving"

    def names(self) -> set[str]:
        """What is noted. A note that cannot be read counts as none: a cleanup works without."""
        try:
            return set(msgspec.json.decode(read_whole(self._path), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return set()

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
