"""`CRASH_DETECTED`: there from the moment a crash is found until recovery from it is complete."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.brieflock import BriefLock
from jarvis_ctx.disk.files import sync_folder, write_whole

NAME = "CRASH_DETECTED"


class Recovering(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery under way: of which run, and how often it has been begun without being completed."""

    run: str
    begun: int


class CrashMarker:
    """The marker of one store; each orchestrator whose recovery is under way has its entry."""

    def __init__(self, store: Path) -> None:
        self.path = store / NAME

    def entries(self) -> dict[str, Recovering]:
        """The recoveries under way by orchestrator; a marker that says nothing readable means everyone (`*`)."""
        try:
            return decoding.decode(self.path.read_bytes(), dict[str, Recovering])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {"*": Recovering(run="", begun=0)}

    def of(self, orchestrator: str) -> Recovering | None:
        """The recovery of `orchestrator` that was begun and not completed, or None."""
        entries = self.entries()
        return entries.get(orchestrator) or entries.get("*")

    def set(self, orchestrator: str, run: str) -> int:
        """Mark the recovery of `run` as begun; returns how often it has been, this time counted."""
        with self._changing():
            before = self.of(orchestrator)
            begun = (before.begun if before else 0) + 1
            entries = {**self._others(orchestrator), orchestrator: Recovering(run=run, begun=begun)}
            write_whole(self.path, msgspec.json.encode(entries))
        return begun

    def clear(self, orchestrator: str) -> None:
        """Mark recovery as complete."""
        if not self.path.exists():
            return
        with self._changing():
            others = self._others(orchestrator)
            if others:
                write_whole(self.path, msgspec.json.encode(others))
            elif self.path.exists():
                self.path.unlink()
                sync_folder(self.path.parent)

    def _changing(self) -> BriefLock:
        """Others recover in the same store: what one has read, another must not change before it is written back."""
        return BriefLock(self.path.with_name(f"{NAME}.lock"))

    def _others(self, orchestrator: str) -> dict[str, Recovering]:
        return {name: entry for name, entry in self.entries().items() if name not in (orchestrator, "*")}
