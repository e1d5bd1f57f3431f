"""The bases of a state: database, checkpoint file, JSON twin, emergency JSON, nothing; the newest verified wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.checkpoint.contents import intact, state_of
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.errors import BaseUnusable, CorruptData, NotOurs, OtherVersion, StoreUnavailable, Unreadable
from jarvis_ctx.journal import fold
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.report import LayerTried
from jarvis_ctx.model.state import State

UNREADABLE = 2**63
"""The epoch of a file that does not say its own: it is tried first, so that it fails at once and is named."""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """A state to fold the later events into."""

    layer: str
    name: str
    state: State
    damaged: list[Path] = []
    """Files that were tried before it and did not verify."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A base that can be tried; `load` raises `CorruptData`, `NotOurs` or `StoreUnavailable`."""

    layer: str
    name: str
    order: tuple[int, int, int]
    """Epoch, time, and the layer's rank among those of the same time; greater is tried first."""
    load: Callable[[], State]
    path: Path | None = None
    header: CheckpointHeader | None = None
    """What it says of itself; None when that cannot be read, or has rotted."""


def choose(orchestrator: str, history: int, candidates: list[Candidate], tried: list[LayerTried]) -> Base:
    """The newest base that verifies, else the empty state; every verdict goes to `tried`."""
    damaged: list[Path] = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.order, reverse=True):
        try:
            state = candidate.load()
        except (CorruptData, NotOurs, StoreUnavailable) as error:
            tried.append(LayerTried(layer=candidate.layer, name=candidate.name, verdict=str(error)))
            whole = isinstance(error, OtherVersion | BaseUnusable | Unreadable)
            if candidate.path is not None and not whole and candidate.path not in damaged:
                damaged.append(candidate.path)
            continue
        tried.append(LayerTried(layer=candidate.layer, name=candidate.name, verdict="accepted"))
        state.history = history
        return Base(layer=candidate.layer, name=candidate.name, state=state, damaged=damaged)
    tried.append(LayerTried(layer="events", name="all events", verdict="accepted"))
    return Base(layer="events", name="all events", state=fold.empty(orchestrator, history), damaged=damaged)


def candidates(
    orchestrator: str, store: CheckpointStore | None, files: CheckpointFiles, tried: list[LayerTried]
) -> list[Candidate]:
    """All bases there are, unread."""
    found = list(_in_files(files))
    if store is None:
        return found
    try:
        headers = store.headers(orchestrator)
    except (StoreUnavailable, CorruptData) as error:
        tried.append(LayerTried(layer="database", name="context_snapshots", verdict=str(error)))
        return found
    return found + [
        Candidate(
            layer="database",
            name=header.id,
            order=(header.epoch, header.taken, 3),
            load=_from_store(store, header),
            header=intact(header),
        )
        for header in headers
    ]


def _from_store(store: CheckpointStore, header: CheckpointHeader) -> Callable[[], State]:
    def load() -> State:
        snapshot = store.get(header.id)
        if snapshot is None:
            raise CorruptData(what=f"Snapshot {header.id}", reason="it is gone")
        return state_of(snapshot, f"Snapshot {header.id}")

    return load


def _in_files(files: CheckpointFiles) -> Iterator[Candidate]:
    headers = dict(files.headers())
    for layer, rank, paths in (
        ("checkpoint file", 2, [*files.signed(), *files.changes()]),
        ("JSON twin", 1, [*files.twins(), *files.changes()]),
        ("emergency JSON", 0, files.emergencies()),
    ):
        for path in paths:
            header = headers.get(path.with_suffix(".pkl")) or headers.get(path) or files.header(path)
            order = (header.epoch, header.taken, rank) if header else (UNREADABLE, 0, rank)
            load = _from_file(files, path, signed=layer == "checkpoint file")
            yield Candidate(layer=layer, name=path.name, order=order, load=load, path=path, header=header)


def _from_file(files: CheckpointFiles, path: Path, *, signed: bool) -> Callable[[], State]:
    return lambda: files.load(path, signed=signed)[1]
