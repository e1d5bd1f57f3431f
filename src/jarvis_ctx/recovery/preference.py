"""Which base comes first: one that was chosen by hand stands before all that its run and older ones left."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.model.report import LayerTried
from jarvis_ctx.recovery.bases import UNREADABLE, Candidate

GIVEN = "given file"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A base chosen by hand: its layer, its name (an id, a file's name, or a path), and the latest run's epoch then.

    It counts until a run of a later epoch has a checkpoint.
    """

    layer: str
    name: str
    epoch: int


def given(files: CheckpointFiles, path: Path) -> Candidate:
    """A checkpoint's file, wherever it lies; a damaged one is left there."""
    return Candidate(layer=GIVEN, name=str(path), order=(0, 0, 0), load=lambda: files.load(path)[1])


def preferred(
    candidates: list[Candidate], choice: Choice | None, files: CheckpointFiles, tried: list[LayerTried]
) -> list[Candidate]:
    """The candidates, the chosen one before all of its epoch and older ones."""
    if choice is None or any(c.header is not None and c.header.epoch > choice.epoch for c in candidates):
        return candidates
    if choice.layer == GIVEN:
        candidates = [*candidates, given(files, Path(choice.name))]
    order = (choice.epoch, UNREADABLE, 0)
    found = [_first(c, order) if (c.layer, c.name) == (choice.layer, choice.name) else c for c in candidates]
    if all(known.order != order for known in found):
        tried.append(LayerTried(layer=choice.layer, name=choice.name, verdict="it was chosen by hand, and is gone"))
    return found


def _first(candidate: Candidate, order: tuple[int, int, int]) -> Candidate:
    return replace(candidate, order=order, name=f"{candidate.name} (chosen by hand)")
