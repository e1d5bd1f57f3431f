"""`recovery_report_*.json`: one a recovery, kept for people."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import Seals, opened
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey
from jarvis_ctx.model.report import REPORT_PURPOSE, RecoveryReport


def path_of(store: Path, report: RecoveryReport) -> Path:
    """Where a report lies: named for the run that recovered, so that writing it again replaces it."""
    return store / f"recovery_report_{report.orchestrator}.{report.epoch:06d}.json"


def newest(store: Path, orchestrator: str) -> Path | None:
    """The report of the latest run that wrote one, whether it can be read or not; None where there is none."""
    return max(_files(store, orchestrator), key=epoch_of, default=None)


def epoch_of(path: Path) -> int:
    """The epoch of the run that wrote the report, as its name tells it; 0 where that is not one of ours."""
    number = path.name.split(".")[-2]
    return int(number) if number.isdecimal() else 0


def _files(store: Path, orchestrator: str) -> Iterator[Path]:
    return store.glob(f"recovery_report_{orchestrator}.*.json")


def write(store: Path, report: RecoveryReport, seals: Seals | None = None) -> Path:
    """Keep `report` durably, sealed with `seals`; returns its path."""
    path = path_of(store, report)
    data = msgspec.json.format(msgspec.json.encode(report), indent=2)
    write_whole(path, data if seals is None else seals.seal_json(data, REPORT_PURPOSE, place=path.name.encode()))
    return path


class Latest:
    """The newest report as it is shown; made ready again only when it is another one. Safe in any thread."""

    def __init__(self, store: Path, orchestrator: str, seals: Seals | None, shown: Redaction) -> None:
        """`shown` takes its secrets out."""
        self._store, self._orchestrator, self._seals, self._shown = store, orchestrator, seals, shown
        self._kept: tuple[object, RecoveryReport] | None = None

    def __call__(self, known: RecoveryReport | None = None) -> RecoveryReport | None:
        """That which is `known`, or else the newest file that can be read; None where there is none."""
        if known is not None:
            return self._ready(known, lambda: known)
        return self._ready(_seen(self._store, self._orchestrator), self._read)

    def _read(self) -> RecoveryReport | None:
        return latest(self._store, self._orchestrator, self._seals)

    def _ready(self, mark: object, read: Callable[[], RecoveryReport | None]) -> RecoveryReport | None:
        kept = self._kept
        if kept is not None and (kept[0] is mark or (isinstance(mark, list) and kept[0] == mark)):
            return kept[1]
        found = read()
        if found is None:
            return None
        shown = self._shown(found)
        self._kept = mark, shown
        return shown


def _seen(store: Path, orchestrator: str) -> list[tuple[str, int, int]]:
    """Which files there are; another answer when one of them has changed."""
    found = []
    for path in _files(store, orchestrator):
        with contextlib.suppress(OSError):
            at = path.stat()
            found.append((path.name, at.st_ino, at.st_mtime_ns))
    return sorted(found)


def latest(store: Path, orchestrator: str, seals: Seals | None = None) -> RecoveryReport | None:
    """The newest report that can be read, or None."""
    return next(every(store, orchestrator, seals), None)


def every(store: Path, orchestrator: str, seals: Seals | None = None) -> Iterator[RecoveryReport]:
    """The reports that can be read, the newest first."""
    for path in sorted(_files(store, orchestrator), reverse=True):
        try:
            data = path.read_bytes()
            if seals is not None:
                data = opened(seals, data, path.name, REPORT_PURPOSE, path.name.encode())
            report = decoding.decode(data, RecoveryReport)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, CorruptData, WrongEncryptionKey):
            continue
        yield report
