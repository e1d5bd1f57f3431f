"""Seals a store anew, layer by layer; killed anywhere, it opens with the keys given, and done again it is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.files import CHANGES, SIGNED, CheckpointFiles, json_files, owner_of
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.codec import sign
from jarvis_ctx.codec.sealed import opened
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.disk.progress import Tell
from jarvis_ctx.disk.shred import shredding
from jarvis_ctx.errors import CorruptData, NotOurs
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.values import Values
from jarvis_ctx.liveness.ports import LeaseStore
from jarvis_ctx.model.report import REPORT_PURPOSE
from jarvis_ctx.retention.purging import LEFT_OVER
from jarvis_ctx.retention.resealed import Resealed
from jarvis_ctx.retention.target import Target, key_of_bytes, key_of_json


class Rekeyed(msgspec.Struct, kw_only=True):
    """How much was sealed anew, or would be, by kind."""

    segments: int = 0
    archives: int = 0
    events: int = 0
    """In segments, archives and the database: each copy counts."""
    values: int = 0
    """Side files; known once it was done."""
    checkpoints: int = 0
    """Files and their twins, emergency files, and those in the database."""
    reports: int = 0
    leases: int = 0
    damaged: list[str] = []
    """What does not open and stays as it is, a sentence each."""
    aside: list[str] = []
    """What was moved aside and stays as it is."""

    @property
    def total(self) -> int:
        return self.events + self.checkpoints + self.reports + self.leases


class Resealing:
    """One round through the store in `folder`, which nobody uses meanwhile."""

    def __init__(self, folder: Path, key: sign.Key | None, target: Target, tell: Tell, *, dry: bool = False) -> None:
        """`key` signs checkpoints. `dry`: count, and raise for a key that is missing, but change nothing."""
        self._folder, self._key, self._target, self._tell, self._dry = folder, key, target, tell, dry
        values = Values(folder / "journal", sealing=target.sealing)
        self._events = Resealed(target, values, dry=dry)
        self._twins: set[Path] = set()
        """Those that are sealed with their signed file."""
        self.result = Rekeyed()

    def files(self) -> None:
        """Archive, segments, side files, checkpoints, emergency files, reports. Raises `WrongEncryptionKey`."""
        for seal_anew, path in self._all():
            try:
                seal_anew(path)
            except FileNotFoundError:
                if not self._dry:
                    raise  # Nobody runs, so nobody can have put it away.

    def _all(self) -> Iterator[tuple[Callable[[Path], None], Path]]:
        for archived in archive.listing(self._folder / "journal" / "archive"):
            yield partial(self._archived, archived), archived.path
        for path in read.segment_files(self._folder / "journal"):
            yield self._segment, path
        for path in sorted((self._folder / "checkpoints").glob("recovery_*.*")):
            if path.suffix in (SIGNED, CHANGES):
                yield self._signed, path
        for path in json_files(self._folder):
            yield self._twin, path
        yield from ((self._report, path) for path in sorted(self._folder.glob("recovery_report_*.json")))

    def event(self, writer: str, payload: bytes) -> bytes:
        """The payload of an event in the database, as it is to be."""
        self._tell(len(payload))
        return self._events.event(writer, payload)

    def snapshots(self, raw: CheckpointStore, before: CheckpointStore, after: CheckpointStore, name: str) -> None:
        """The checkpoints of an orchestrator in the database, as they lie there, as they open, as they are to be."""
        for header in raw.headers(name):
            found = raw.get(header.id)
            if found is None or self._met(key_of_json(found.state), f"snapshot {header.id}"):
                continue
            with self._leaving(f"snapshot {header.id}"):
                known = before.get(header.id)
                if known is not None and not self._dry:
                    after.put(known)
                self.result.checkpoints += 1

    def leases(self, raw: LeaseStore, before: LeaseStore, after: LeaseStore, name: str) -> None:
        """The heartbeats of an orchestrator, in the same way."""
        texts = {lease.agent: msgspec.json.encode(lease.details) for lease in raw.all(name) if lease.details}
        stale = {agent for agent, text in texts.items() if not self._met(key_of_json(text), f"the beat of {agent}")}
        self.result.leases += len(stale)
        if not self._dry:
            after.put(name, [lease for lease in before.all(name) if lease.agent in stale])

    def finish(self) -> Rekeyed:
        """Remove the side files that were replaced, once the database is done, too."""
        if not self._dry:
            self._events.leftovers(all_read=not (self.result.damaged or self._events.left))
        result, events = self.result, self._events
        aside = [str(path.relative_to(self._folder)) for path in self._moved_aside()]
        damaged = [*result.damaged, *events.left]
        return replace(result, events=events.events, values=events.values, damaged=damaged, aside=aside)

    def _met(self, key: str | None, what: str) -> bool:
        return self._target.met(key, what)

    @contextmanager
    def _leaving(self, what: str) -> Iterator[None]:
        """What does not open stays as it is, and is named."""
        try:
            yield
        except (CorruptData, NotOurs) as error:
            self.result.damaged.append(f"{what}: {error}")

    def _moved_aside(self) -> Iterator[Path]:
        return (path for path in sorted(self._folder.rglob("*")) if path.is_file() and LEFT_OVER.search(path.name))

    def _archived(self, archived: archive.Archived, path: Path) -> None:
        with self._leaving(path.name):
            segment = archive.read_archived(archived)
            self._tell(path.stat().st_size)
            events = self._resealed(segment)
            if events is not None and segment.opening is not None:
                with shredding(path):
                    archive.replace(archived, segment.opening, events)
            self.result.archives += events is not None

    def _segment(self, path: Path) -> None:
        segment = read.read_segment(path)
        self._tell(path.stat().st_size)
        if segment.opening is None and segment.frames:
            self.result.damaged.append(f"{path.name}: it has lost its first frame")
            return
        events = self._resealed(segment)
        if events is not None and segment.opening is not None:
            with shredding(path):
                write_whole(path, archive.sealed(segment.opening, events))
        self.result.segments += events is not None

    def _resealed(self, segment: read.SegmentData) -> list[tuple[int, bytes]] | None:
        """The events of a segment as they are to be; None where all of them are, or nothing is to be changed."""
        before = self._events.events
        events = [(found.number, self._events.event(segment.writer, found.payload)) for found in segment.frames]
        return events if self._events.events > before and not self._dry else None

    def _signed(self, path: Path) -> None:
        before, after = self._checkpoints(path)
        data = path.read_bytes()
        self._tell(len(data))
        key_of = key_of_bytes if path.suffix == SIGNED else key_of_json
        if not self._met(key_of(data.partition(b"\n")[2]), path.name):
            with self._leaving(path.name):
                known = before.alone(path)
                if not self._dry:
                    with shredding(path), shredding(path.with_suffix(".json")):
                        after.put(known)
                self._twins.add(path.with_suffix(".json"))
                self.result.checkpoints += 1

    def _twin(self, path: Path) -> None:
        before, after = self._checkpoints(path)
        data = path.read_bytes()
        self._tell(len(data))
        if path not in self._twins and not self._met(key_of_json(data), path.name):
            with self._leaving(path.name):
                known = before.alone(path)
                if not self._dry:
                    with shredding(path):
                        after.put_twin(path, known)
                self.result.checkpoints += 1

    def _report(self, path: Path) -> None:
        data, place, seals = path.read_bytes(), path.name.encode(), self._target.seals
        self._tell(len(data))
        if not self._met(key_of_json(data), path.name):
            with self._leaving(path.name):
                told = opened(self._target.opens, data, path.name, REPORT_PURPOSE, place)
                if not self._dry:
                    with shredding(path):
                        write_whole(path, told if seals is None else seals.seal_json(told, REPORT_PURPOSE, place=place))
                self.result.reports += 1

    def _checkpoints(self, path: Path) -> tuple[CheckpointFiles, CheckpointFiles]:
        """The files of a checkpoint's orchestrator, as they open and as they are to be."""
        name = owner_of(path)
        return (
            CheckpointFiles(self._folder, name, self._key, self._target.opens),
            CheckpointFiles(self._folder, name, self._key, self._target.seals),
        )
