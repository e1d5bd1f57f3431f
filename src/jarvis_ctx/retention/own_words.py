"""The words that a store itself lives by: a value that is part of one cannot be replaced everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from jarvis_ctx.errors import BadValue
from jarvis_ctx.journal import archive, read
from jarvis_ctx.model.event import Kind
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import STATUSES

EXPECTED = "a value that is no part of the store's own words, as it is of {word!r}: let cleanup remove it with its age"
LONG = 16
"""Characters of a value from which on it is in a digest only where somebody put it there."""

DIGEST = re.compile("[0-9a-f]{16,}")


def refuse_own(value: str, folder: Path, state: State, orchestrators: list[str]) -> None:
    """Raises `BadValue` for a part of an id, a digest or a kind: without those nothing is found again."""
    for word in (*orchestrators, *_words(folder, state)):
        if value in word and (len(value) < LONG or not DIGEST.fullmatch(word)):
            raise BadValue(name="value", value="***", expected=EXPECTED.format(word=word))


def _words(folder: Path, state: State) -> Iterator[str]:
    yield from (*get_args(Kind), *STATUSES, *STATUSES.values(), "died")
    yield from (*state.runs, *state.position)
    for opening in (read.read_segment(path).opening for path in read.segment_files(folder / "journal")):
        yield from (opening.writer, opening.run) if opening is not None else ()
    yield from (archived.writer for archived in archive.listing(folder / "journal" / "archive"))
    for steps in state.steps.values():
        yield from (digest for key in steps for digest in DIGEST.findall(key))
