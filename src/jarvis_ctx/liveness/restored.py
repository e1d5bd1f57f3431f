"""`restored.json`: says of a store that it was put back from a backup, and of which moment."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.model.run import RunRecord

NAME = "restored.json"
FORMAT = "jarvis-ctx restored 1"


class RestoredNote(msgspec.Struct, frozen=True, kw_only=True):
    """Where the store came from. Times are ISO 8601 in UTC."""

    format: str = FORMAT
    restored: str
    backup: str
    created: str
    folder: str
    host: str
    runs: dict[str, str] = {}


def write(folder: Path, note: RestoredNote) -> None:
    """Leave the note in a store's folder."""
    write_whole(folder / NAME, msgspec.json.encode(note))


def read(folder: Path) -> RestoredNote | None:
    """The note; None where there is none that can be read."""
    try:
        return decoding.decode((folder / NAME).read_bytes(), RestoredNote)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def from_backup(folder: Path, run: RunRecord) -> str:
    """A sentence where `folder` is a backup that was put back, taken while `run` went on; nothing where it is not."""
    note = read(folder)
    if note is None or run.id not in note.runs.values():
        return ""
    came = f"from backup {note.backup}, taken at {note.created} of {note.folder} on {note.host}"
    return f"This store was restored {came}, while the run went on; what it did since is not in it."
