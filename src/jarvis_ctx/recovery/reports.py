"""`recovery_report_*.json`: one a recovery, kept for people."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx.codec.sealed import Seals, opened
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey
from jarvis_ctx.model.report import REPORT_PURPOSE, RecoveryReport


def path_of(store: Path, report: RecoveryReport) -> Path:
    """Where a report lies: named for the run that recovered, so that writing it again replaces it."""
    return store / f"recovery_report_{report.orchestrator}.{report.epoch:06d}.json"


def write(store: Path, report: RecoveryReport, seals: Seals | None = None) -> Path:
    """Keep `report` durably, sealed with `seals`; returns its path."""
    path = path_of(store, report)
    data = msgspec.json.format(msgspec.json.encode(report), indent=2)
    write_whole(path, data if seals is None else seals.seal_json(data, REPORT_PURPOSE, place=path.name.encode()))
    return path


def latest(store: Path, orchestrator: str, seals: Seals | None = None) -> RecoveryReport | None:
    """The newest report that can be read, or None."""
    for path in sorted(store.glob(f"recovery_report_{orchestrator}.*.json"), reverse=True):
        try:
            data = path.read_bytes()
            if seals is not None:
                data = opened(seals, data, path.name, REPORT_PURPOSE, path.name.encode())
            return msgspec.json.decode(data, type=RecoveryReport)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, CorruptData, WrongEncryptionKey):
            continue
    return None
