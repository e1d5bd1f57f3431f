"""A base chosen by hand: kept beside the store, and preferred until a later run has a checkpoint of its own.

`recover-<orchestrator>.json`. Nothing else is changed or removed, so that what it replaces can be chosen again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.checkpoint.contents import digest
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import CorruptData, NoBase, NotOurs, StoreUnavailable
from jarvis_ctx.recovery import bases
from jarvis_ctx.recovery.bases import Candidate
from jarvis_ctx.recovery.preference import Choice, given
from jarvis_ctx.recovery.rebuild import Layers

LAYERS = {"database": ("database",), "json": ("JSON twin", "emergency JSON")}


class _File(Choice, frozen=True, kw_only=True):
    digest: str = ""
    """SHA-256 of the choice as JSON; releases before it wrote none."""


def path_of(folder: Path, orchestrator: str) -> Path:
    """Where an orchestrator's choice lies."""
    return folder / f"recover-{orchestrator}.json"


def read(folder: Path, orchestrator: str) -> Choice | None:
    """The choice that was made, if there is one that can be read and verifies."""
    try:
        return _in_file(path_of(folder, orchestrator))
    except (OSError, CorruptData):
        return None


def damaged(folder: Path, orchestrator: str) -> list[Path]:
    """The choice's file, where what it says does not verify."""
    path = path_of(folder, orchestrator)
    try:
        _in_file(path)
    except OSError:
        return []  # There is none, or it may be whole.
    except CorruptData:
        return [path]
    return []


def _in_file(path: Path) -> Choice:
    try:
        file = decoding.decode(path.read_bytes(), _File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptData(what=str(path), reason=str(error)) from error
    choice = Choice(layer=file.layer, name=file.name, epoch=file.epoch)
    if file.digest not in ("", _digest(choice)):
        raise CorruptData(what=str(path), reason="it does not match its digest")
    return choice


def write(folder: Path, orchestrator: str, choice: Choice) -> Path:
    """Keep a choice durably; it replaces the one before."""
    path = path_of(folder, orchestrator)
    file = _File(layer=choice.layer, name=choice.name, epoch=choice.epoch, digest=_digest(choice))
    write_whole(path, msgspec.json.format(msgspec.json.encode(file), indent=2))
    return path


def _digest(choice: Choice) -> str:
    return digest(msgspec.json.encode(choice))


def find(layers: Layers, source: str, label: str, epoch: int) -> Choice:
    """The newest whole base of a source: `database`, `json`, `point` (of that label, or any), or a checkpoint's path.

    `epoch` is the latest run's. Raises `NoBase`, and what the only copies there are do not verify for.
    """
    fitting = [(c, source) for c in _of(layers, source, label)] if not _is_file(source) else [_file(layers, source)]
    refused: CorruptData | NotOurs | StoreUnavailable | None = None
    for candidate, said in fitting:
        try:
            candidate.load()
        except (CorruptData, NotOurs, StoreUnavailable) as error:
            refused = refused or error
            continue
        return Choice(layer=candidate.layer, name=said if _is_file(said) else candidate.name, epoch=epoch)
    if refused is not None:
        raise refused
    wanted = f"point {label!r}" if label else source
    raise NoBase(source=wanted, orchestrator=layers.orchestrator, path=str(layers.journal.parent))


def _is_file(source: str) -> bool:
    return source not in (*LAYERS, "point")


def _of(layers: Layers, source: str, label: str) -> list[Candidate]:
    found = bases.candidates(layers.orchestrator, layers.checkpoints, layers.files, [])
    if source == "point":
        points = [c for c in found if c.header is not None and c.header.label]
        found = [c for c in points if c.header is not None and label in ("", c.header.label)]
    else:
        found = [c for c in found if c.layer in LAYERS[source]]
    return sorted(found, key=lambda c: c.order, reverse=True)


def _file(layers: Layers, source: str) -> tuple[Candidate, str]:
    path = Path(source).expanduser().absolute()
    if not path.is_file():
        raise NoBase(source=f"file {source!r}", orchestrator=layers.orchestrator, path=str(layers.journal.parent))
    return given(layers.files, path), str(path)
