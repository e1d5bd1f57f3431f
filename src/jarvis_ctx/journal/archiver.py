"""The archiver: moves segments that nothing will write to or recover from any more into the archive."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.journal import archive, read, sealed
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.writer import Writer


class Archiver:
    """Archives one orchestrator's segments, and gives back the marks of its writers that have none left."""

    def __init__(self, folder: Path, marks: Marks, writer: Writer) -> None:
        self._folder, self._marks, self._writer = folder, marks, writer

    def archive(self, safe: dict[str, int]) -> list[Path]:
        """Archive the segments whose last number is within `safe` {writer: number}; returns where they are now."""
        open_now = {segment.path for segment, _, _ in self._writer.committed()}
        moved: list[Path] = []
        for writer, paths in read.segment_paths(self._folder).items():
            for path in paths:
                if path not in open_now and not self._writer.supply.is_ready(path):
                    try:
                        moved += self._archive_one(path, safe.get(writer, 0))
                    except FileNotFoundError:
                        pass  # Another orchestrator of the store has archived its own in this moment.
        self._free_marks()
        return moved

    def _archive_one(self, path: Path, safe: int) -> list[Path]:
        whole = sealed.read_sealed(path)
        if whole is not None:
            return self._archive_whole(whole, safe)
        segment = read.read_segment(path)
        if not self._ended(segment) or segment.last > safe:
            return []
        target = archive.move_in(segment, self._folder / "archive")
        return [target] if target else []

    def _archive_whole(self, segment: sealed.Sealed, safe: int) -> list[Path]:
        ours = segment.opening.orchestrator == self._writer.orchestrator
        if not ours or segment.seal.last > safe:
            return []
        return [archive.move_whole(segment, self._folder / "archive")]

    def _ended(self, segment: read.SegmentData) -> bool:
        """Whether it is our orchestrator's and nobody will write to it: it is sealed, or its run was overtaken."""
        opening = segment.opening
        if opening is None:  # The next segment of a run that died before it needed it; or damage, which stays.
            return not segment.frames and segment.writer in self._overtaken() and self._is_borne_out(segment)
        ours = opening.orchestrator == self._writer.orchestrator
        return ours and (segment.seal is not None or opening.epoch < self._writer.epoch)

    def _is_borne_out(self, segment: read.SegmentData) -> bool:
        """Whether what its writer has begun says as its mark does, which no digest covers: a bit may flip there.

        A writer that lives has begun a segment, which nobody archives.
        """
        paths = [path for path in read.segment_paths(self._folder).get(segment.writer, []) if path != segment.path]
        begun = [other for other in map(read.read_segment, paths) if other.opening is not None or other.frames]
        return all(other.opening is not None and self._ended(other) for other in begun)

    def _overtaken(self) -> set[str]:
        """The writers of our orchestrator's earlier runs that still have marks."""
        own = self._writer
        return {m.writer for m in self._marks.writers() if m.orchestrator == own.orchestrator and m.epoch < own.epoch}

    def _free_marks(self) -> None:
        for writer in self._overtaken() - read.segment_paths(self._folder).keys():
            self._marks.free(writer)
