"""Takes a backup of a store, live or dead: every file as it stands, in an order in which nothing can fall between."""

from __future__ import annotations

import os
import platform
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import msgspec

from jarvis_ctx.backup import files, manifest, names
from jarvis_ctx.backup.manifest import Manifest, Member
from jarvis_ctx.backup.ports import Copying
from jarvis_ctx.codec import sign
from jarvis_ctx.disk.files import sync_folder
from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.errors import CorruptData, StoreUnavailable
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.marks import viewed
from jarvis_ctx.journal.others import ALL
from jarvis_ctx.liveness import served
from jarvis_ctx.liveness.runfile import RunFile, name_in
from jarvis_ctx.model.event import SCHEMA

TRIES = 3
"""How often it is begun anew because a cleanup took files away meanwhile."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The store to be taken."""

    folder: Path
    copying: Copying
    key: sign.Key | None
    with_key: bool
    created: str
    version: str


class Taking:
    """One round through the store's folder; no lock is taken, no writer waits.

    What may name something is taken before what it names: the marks before the segments, checkpoints before the events
    they stand on, segments before the archive they move into; side files before and after the database.
    """

    def __init__(self, source: Source, into: Path, progress: Progress) -> None:
        self._source, self._into, self._tell = source, into, progress
        self._members: dict[str, Member] = {}
        self._position: dict[str, int] = {}
        self._appended: dict[str, int] = {}
        """What the marks said before the segments were read, {writer: number}: up to there all of them is there."""
        self._damaged: list[str] = []
        self._database = _size(source.folder / names.DATABASE)
        self._done, self._total = 0, self._database + sum(_size(source.folder / name) for name in self._all())

    def take(self) -> Manifest:
        """Everything, staged and durable; the manifest of it."""
        self._files([names.MARKS])
        self._appended = self._marked()
        self._files(self._top())
        self._files(self._below("checkpoints"))
        for name in self._segments():
            self._segment(name)
        for archived in archive.listing(self._source.folder / "journal" / "archive"):
            self._archived(archived)
        self._files(self._below("journal/values"))
        self._copy_database()
        self._files(self._below("journal/values"))
        if self._source.with_key:
            self._files([names.KEY])
        self._sync_folders()
        return self._manifest()

    def _all(self) -> list[str]:
        below = [name for folder in FOLDERS for name in self._below(folder)]
        return [*self._top(), *below]

    def _top(self) -> list[str]:
        apart = {names.DATABASE, names.KEY}
        found = [name for name in _entries(self._source.folder) if names.belongs(name) and name not in apart]
        return [name for name in found if not name.startswith(served.PREFIX)]  # A server's, of this place alone.

    def _below(self, folder: str) -> list[str]:
        listed = (f"{folder}/{entry}" for entry in _entries(self._source.folder / folder))
        return [name for name in listed if names.belongs(name)]

    def _segments(self) -> list[str]:
        return [name for name in self._below("journal") if name.endswith(".seg")]

    def _files(self, wanted: list[str]) -> None:
        for name in wanted:
            if name not in self._members:
                self._file(name)

    def _file(self, name: str) -> None:
        try:
            with files.opened(self._source.folder / name) as file:
                self._add(files.put(self._into, name, files.chunks(file)))
        except FileNotFoundError:
            pass  # Thinned away in this moment, or never there.
        except CorruptData as error:
            self._damaged.append(str(error))

    def _add(self, member: Member) -> None:
        self._members[member.path] = member
        self._done += member.bytes
        self._tell(min(self._done, self._total), self._total)

    def _segment(self, name: str) -> None:
        path = self._source.folder / name
        try:
            with files.opened(path) as file:
                data, found = read.settled(lambda: _anew(file), path.name[:16])
        except FileNotFoundError:
            return  # Archived in this moment: the archive is listed after this.
        segment = read.sort(found, read.SegmentData(path=path, writer=path.name[:16]))
        cut = self._cut_behind_a_gap(segment)
        if not segment.frames:
            return  # Reserved for what comes next, or begun after its forerunner was read.
        self._damaged += [f"{path.name} has {hole.length} damaged bytes at {hole.offset}." for hole in segment.holes]
        if segment.opening is not None and (cut or segment.seal is None):
            data = archive.with_seal(data, segment)
        self._add(files.put(self._into, name, [data]))
        self._reach(segment.writer, segment.last)

    def _cut_behind_a_gap(self, segment: read.SegmentData) -> bool:
        """Leave out what its writer said in this segment after more than we have read of the one before it."""
        writer, frames = segment.writer, segment.frames
        reached, whole = self._position.get(writer, 0), self._appended.get(writer, ALL)
        last = read.reach(frames, reached, whole)
        segment.frames = [each for each in frames if each.number <= last]
        return len(segment.frames) < len(frames)

    def _marked(self) -> dict[str, int]:
        try:
            marks = viewed(self._into / names.MARKS)
        except (CorruptData, OSError):
            return {}  # There are none, and a start makes them anew.
        with closing(marks):
            return {mark.writer: mark.appended for mark in marks.writers()}

    def _archived(self, archived: archive.Archived) -> None:
        name = f"journal/archive/{archived.path.name}"
        self._files([name])
        if name in self._members:
            self._reach(archived.writer, archived.last)
            try:
                archive.read_archived(archived._replace(path=self._into / name))
            except (CorruptData, OSError) as error:
                self._damaged.append(str(error).replace(str(self._into), str(self._source.folder)))

    def _reach(self, writer: str, number: int) -> None:
        self._position[writer] = max(number, self._position.get(writer, 0))

    def _copy_database(self) -> None:
        target, before = self._into / names.DATABASE, self._done
        size = self._database

        def tell(done: int, of: int) -> None:
            self._tell(min(before + size * done // max(of, 1), self._total), self._total)

        try:
            reached = self._source.copying.copy(target, tell)
        except StoreUnavailable as error:
            target.unlink(missing_ok=True)
            self._damaged.append(f"The database is not in the backup, a start makes it anew from the files: {error}")
            return
        if reached is not None:
            with target.open("rb+") as file:
                os.fsync(file.fileno())
            self._add(files.found(self._into, names.DATABASE))
            for writer, number in reached.items():
                self._reach(writer, number)

    def _sync_folders(self) -> None:
        for folder in {(self._into / name).parent for name in self._members} | {self._into}:
            sync_folder(folder)

    def _manifest(self) -> Manifest:
        source = self._source
        recorded = filter(None, map(name_in, self._members))
        runs = {name: run.id for name in recorded if (run := RunFile(self._into, name).read()) is not None}
        return Manifest(
            id=secrets.token_hex(8),
            created=source.created,
            folder=str(source.folder),
            host=socket.gethostname(),
            runs=dict(runs),
            position=self._position,
            versions={"jarvis-ctx": source.version, "events": str(SCHEMA), "python": platform.python_version()},
            damaged=self._damaged,
            files=sorted(self._members.values(), key=lambda member: member.path),
        )


FOLDERS = ("checkpoints", "journal", "journal/archive", "journal/values")


def stage(source: Source, fresh: Callable[[int], Path], progress: Progress) -> tuple[Path, Manifest]:
    """Take everything into the folder `fresh(try)`, from the beginning when a cleanup came between; where, and what."""
    for attempt in range(TRIES):
        before = set(_entries(source.folder / "journal" / "archive"))
        into = fresh(attempt)
        taken = Taking(source, into, progress).take()
        if attempt == TRIES - 1 or before <= set(_entries(source.folder / "journal" / "archive")):
            break
    if source.key is not None:
        taken = manifest.signed(taken, source.key)
    files.put(into, names.MANIFEST, [manifest.encode(taken)])
    sync_folder(into)
    return into, taken


def _anew(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _entries(folder: Path) -> Iterator[str]:
    return iter(sorted(os.listdir(folder)) if folder.is_dir() else [])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
