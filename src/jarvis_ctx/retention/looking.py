"""What a cleanup would remove now, threads and sessions included; nothing is written."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.model.state import State
from jarvis_ctx.retention.freeing import archived_of
from jarvis_ctx.retention.rules import Rules
from jarvis_ctx.retention.survey import Cleanup, survey
from jarvis_ctx.retention.threads import counts, drops, spent_events


def look(folder: Path, state: State, files: CheckpointFiles, source: Source, rules: Rules, now: int) -> Cleanup:
    """Look at the store in `folder`, whose threads `source` reads. Raises `StoreUnavailable`."""
    dropped = counts(drops(source, rules, state, now))
    spent = spent_events(source, now, rules.horizon(now))
    return replace(
        survey(folder, state, files, rules, now),
        **dropped,
        freed=sum(len(refs) for _, refs in archived_of(folder / "journal", state.name, spent)),
    )
