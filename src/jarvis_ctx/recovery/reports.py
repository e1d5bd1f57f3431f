"""`recovery_report_*.json`: one a recovery, kept for people."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.model.report import RecoveryReport


def path_of(store: Path, report: RecoveryReport) -> Path:
    """Where a report lies: named for the run that recovered, so that writing it again replaces it."""
    return store / f"recovery_report_{report.orchestrator}.{report.epoch:06d}.json"


def write(store: Path, report: RecoveryReport) -> Path:
    """Keep `report` durably; returns its path."""
    path = path_of(store, report)
    write_whole(path, msgspec.json.format(msgspec.json.encode(report), indent=2))
    return path


def latest(store: Path, orchestrator: str) -> RecoveryReport | None:
    """The newest report that can be read, or None."""
    for path in sorted(store.glob(f"recovery_report_{orchestrator}.*.json"), reverse=True):
        try:
            return msgspec.json.decode(path.read_bytes(), type=RecoveryReport)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue
    return None
