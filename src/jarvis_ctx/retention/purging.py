"""Cleans a value out of the files of a store, layer by layer; killed anywhere and done again, it is the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.contents import digest, sealed, whole
from jarvis_ctx.checkpoint.files import CheckpointFiles, json_files, owner_of
from jarvis_ctx.codec import compress, sign
from jarvis_ctx.codec.sealed import Seals, opened
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.disk.shred import remove, shredding
from jarvis_ctx.errors import CorruptData, NotOurs, TooLarge
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.values import NAME, Values
from jarvis_ctx.model.checkpoint import Snapshot
from jarvis_ctx.model.report import REPORT_PURPOSE, RecoveryReport
from jarvis_ctx.model.state import State
from jarvis_ctx.retention import shaped
from jarvis_ctx.retention.bodies import Bodies
from jarvis_ctx.retention.needle import Needle

UNTOUCHED = re.compile(r"(\.lock|^marks|^secret\.key|^encryption\.json|\.db(-wal|-shm)?)$")
"""Locks, which a second opening would let go of, the marks, keys, their names, and the database: SQLite's to change."""
REPORTS = "recovery_report_"

LEFT_OVER = re.compile(r"(\.(damaged|replaced)-\d+|\.tmp|\.new(-wal|-shm)?)$")
"""What was moved aside, and what was half made when its process died."""

Events = list[tuple[int, bytes]]


class Purged(msgspec.Struct, kw_only=True):
    """How much was cleaned, by kind; `removed` are files that could not be cleaned and are gone."""

    segments: int = 0
    archives: int = 0
    events: int = 0
    values: int = 0
    checkpoints: int = 0
    files: int = 0
    rows: int = 0
    removed: list[str] = []
    aside: list[str] = []
    """What was moved aside and is still there: it was searched as bytes only, which does not find all in a database."""

    @property
    def total(self) -> int:
        return self.events + self.values + self.checkpoints + self.files + self.rows + len(self.removed)


class FilePurge:
    """One purge of the files in `folder`, which nobody uses meanwhile."""

    def __init__(
        self,
        folder: Path,
        needle: Needle,
        key: sign.Key | None,
        seals: Seals | None = None,
        sealing: Sealing | None = None,
        *,
        aside: bool = False,
    ) -> None:
        """`seals` and `sealing`: of an encrypted store. `aside`: what was moved aside is removed, whatever it holds."""
        self._folder, self._needle, self._key, self._seals, self._aside = folder, needle, key, seals, aside
        self._journal = folder / "journal"
        self._bodies = Bodies(needle, Values(self._journal, sealing=sealing))
        self.purged = Purged()

    def clean(self) -> None:
        """Clean segments, archives, the side files they name, checkpoints and whatever else lies there."""
        for archived in archive.listing(self._journal / "archive"):
            self._archive(archived)
        for path in read.segment_files(self._journal):
            self._segment(path)
        for path in sorted((self._folder / "checkpoints").glob("recovery_*.changes")):
            self._changes(path)
        for path in sorted((self._folder / "checkpoints").glob("recovery_*.pkl")):
            self._checkpoint(path)
        for path in json_files(self._folder):
            self._twin(path)
        self._others()

    def finish(self) -> None:
        """Remove the side files that were replaced or that nothing names, once the database has been cleaned."""
        for path in self._bodies.leftovers():
            self.purged.removed.append(str(path.relative_to(self._folder)))
        self.purged.values = self._bodies.cleaned

    def event(self, writer: str, payload: bytes) -> bytes:
        """An event's payload, cleaned in subject and body; itself where there is nothing to clean."""
        return self._bodies.event(writer, payload)

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """A checkpoint, cleaned and sealed anew; itself where there is nothing to clean.

        One with a base is made whole when that has to be cleaned, too. Raises `CorruptData` for one that does not
        verify, or whose base cannot be used.
        """
        base, known = snapshot.base, whole(snapshot, snapshot.header.id)
        cleaned = self._cleaned(known)
        stays = cleaned is known and (base is None or self._cleaned(base) is base)
        return snapshot if stays else cleaned

    def _cleaned(self, snapshot: Snapshot) -> Snapshot:
        state, label = shaped.record(self._needle, State, snapshot.state), self._needle.text(snapshot.header.label)
        if state == snapshot.state and label == snapshot.header.label:
            return snapshot
        header = replace(snapshot.header, hash=digest(state), size=len(state), label=label)
        return Snapshot(header=sealed(header), state=state)

    def _events(self, segment: read.SegmentData) -> Events:
        cleaned = [(found.number, self.event(segment.writer, found.payload)) for found in segment.frames]
        self.purged.events += sum(new != old.payload for (_, new), old in zip(cleaned, segment.frames, strict=True))
        return cleaned

    def _archive(self, archived: archive.Archived) -> None:
        try:
            segment = archive.read_archived(archived)
        except (CorruptData, OSError):
            self._remove_if_it_holds(archived.path)
            return
        before = self.purged.events
        events = self._events(segment)
        if segment.opening is not None and (self.purged.events > before or self._holds(archived.path)):
            with shredding(archived.path):
                archive.replace(archived, segment.opening, events)
            self.purged.archives += 1

    def _segment(self, path: Path) -> None:
        segment, before = read.read_segment(path), self.purged.events
        events = self._events(segment)
        if self.purged.events == before and not self._needle.within(path.read_bytes()):
            return
        if segment.opening is None or not events:
            self._remove(path)
            return
        with shredding(path):
            write_whole(path, archive.sealed(segment.opening, events))
        self.purged.segments += 1

    def _changes(self, path: Path) -> None:
        """Before their base, without which they could not be read."""
        files = self._files(path)
        try:
            known = files.snapshot(path)
            cleaned = self.snapshot(known)
        except (CorruptData, NotOurs):
            self._remove_if_it_holds(path)
            return
        if cleaned is not known:
            files.put(cleaned)
            remove(path)
            self.purged.checkpoints += 1

    def _checkpoint(self, path: Path) -> None:
        files = self._files(path)
        try:
            known = files.snapshot(path)
            cleaned = self.snapshot(known)
        except (CorruptData, NotOurs):
            self._remove_if_it_holds(path)
            return
        if cleaned is not known:
            with shredding(path), shredding(path.with_suffix(".json")):
                files.put(cleaned)
            self.purged.checkpoints += 1

    def _twin(self, path: Path) -> None:
        """A twin that its signed file has cleaned already has nothing left."""
        files = self._files(path)
        try:
            known = files.snapshot(path)
            cleaned = self.snapshot(known)
        except CorruptData:
            self._remove_if_it_holds(path)
            return
        if cleaned is not known:
            with shredding(path):
                files.put_twin(path, cleaned)
            self.purged.checkpoints += 1

    def _files(self, path: Path) -> CheckpointFiles:
        return CheckpointFiles(self._folder, owner_of(path), self._key, self._seals)

    def _others(self) -> None:
        for path in self._rest():
            if LEFT_OVER.search(path.name):
                self._left_over(path)
                continue
            data = path.read_bytes()
            cleaned = self._report(path, data) if path.name.startswith(REPORTS) else self._other(path, data)
            if cleaned != data:
                with shredding(path):
                    write_whole(path, cleaned)
                self.purged.files += 1

    def _left_over(self, path: Path) -> None:
        if self._aside or self._holds(path):
            self._remove(path)
        else:
            self.purged.aside.append(str(path.relative_to(self._folder)))

    def _report(self, path: Path, data: bytes) -> bytes:
        told, seals, place = data, self._seals, path.name.encode()
        if seals is not None:
            try:
                told = opened(seals, data, path.name, REPORT_PURPOSE, place)
            except (CorruptData, msgspec.DecodeError):
                return self._other(path, data)
        cleaned = shaped.record(self._needle, RecoveryReport, told)
        if cleaned == told:
            return data
        cleaned = msgspec.json.format(cleaned, indent=2)
        return cleaned if seals is None else seals.seal_json(cleaned, REPORT_PURPOSE, place=place)

    def _other(self, path: Path, data: bytes) -> bytes:
        return self._needle.json(data) if path.suffix == ".json" else self._needle.plain(data)

    def _rest(self) -> Iterator[Path]:
        for path in sorted(self._folder.rglob("*")):
            place = path.parent.name
            kept = place == "archive" or (place == "values" and NAME.fullmatch(path.name))
            done = path.suffix in (".seg", ".pkl", ".changes") or (place == "checkpoints" and path.suffix == ".json")
            emergency = path.name.startswith("emergency_") and path.suffix == ".json"
            special = UNTOUCHED.search(path.name) is not None or path.is_symlink() or not path.is_file()
            if not special and not (kept and not LEFT_OVER.search(path.name)) and not done and not emergency:
                yield path

    def _remove_if_it_holds(self, path: Path) -> None:
        """What cannot be read as what it should be is removed when the value is in it, packed or not."""
        if self._holds(path):
            self._remove(path)

    def _holds(self, path: Path) -> bool:
        data = path.read_bytes()
        return any(self._needle.within(part) for part in (data, _unpacked(data), _unpacked(data.partition(b"\n")[2])))

    def _remove(self, path: Path) -> None:
        remove(path)
        self.purged.removed.append(str(path.relative_to(self._folder)))


def _unpacked(data: bytes) -> bytes:
    try:
        return compress.decompress(data, archive.LIMIT)
    except (CorruptData, TooLarge):
        return b""
