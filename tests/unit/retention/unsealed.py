"""What a store holds for whoever has its key, layer by layer, as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.codec.sealed import opened
from jarvis_ctx.journal import archive, read
from jarvis_ctx.model.report import REPORT_PURPOSE
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.views import StoreView


def layers(store: Path) -> dict[str, str]:
    """Everything that each layer holds, opened."""
    view = open_view(store)
    try:
        return {name: "\n".join(told) for name, told in _all(view).items()}
    finally:
        view.close()


def _all(view: StoreView) -> dict[str, list[str]]:
    events, checkpoints = view.layers().events, view.files
    assert events is not None
    snapshots = [view.snapshots.get(header.id) for header in view.snapshots.headers(view.name)]
    return {
        "segments": list(_segments(view)),
        "archive": list(_archive(view)),
        "rows": [_event(view, row.writer, row.payload.encode()) for row in events.events(view.name, {})],
        "snapshots": [found.state.decode() for found in snapshots if found is not None],
        "signed": [checkpoints.snapshot(path).state.decode() for path in checkpoints.signed()],
        "twins": [checkpoints.snapshot(path).state.decode() for path in checkpoints.twins()],
        "emergencies": [checkpoints.snapshot(path).state.decode() for path in checkpoints.emergencies()],
        "leases": [msgspec.json.encode(lease).decode() for lease in view.leases()],
        "reports": list(_reports(view)),
    }


def _segments(view: StoreView) -> Iterator[str]:
    for segment in map(read.read_segment, read.segment_files(view.folder / "journal")):
        yield from (_event(view, segment.writer, found.payload) for found in segment.frames)


def _archive(view: StoreView) -> Iterator[str]:
    for segment in map(archive.read_archived, archive.listing(view.folder / "journal" / "archive")):
        yield from (_event(view, segment.writer, found.payload) for found in segment.frames)


def _event(view: StoreView, writer: str, payload: bytes) -> str:
    return msgspec.json.encode(read.event(writer, payload, view.values)).decode()


def _reports(view: StoreView) -> Iterator[str]:
    for path in view.folder.glob("recovery_report_*.json"):
        data = path.read_bytes()
        if view.seals is not None:
            data = opened(view.seals, data, path.name, REPORT_PURPOSE, path.name.encode())
        yield data.decode()
