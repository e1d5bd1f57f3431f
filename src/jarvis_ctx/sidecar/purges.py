"""Purges a leaked value from a store that nobody runs: from the database, the journal and every other file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jarvis_ctx.codec import sign
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.disk.shred import shredding
from jarvis_ctx.retention.kept import clean_leases, clean_snapshots, leases_of
from jarvis_ctx.retention.needle import Needle
from jarvis_ctx.retention.own_words import refuse_own
from jarvis_ctx.retention.purging import FilePurge, Purged
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.encryption import Engine
from jarvis_ctx.sidecar.missing import check_store
from jarvis_ctx.sidecar.offline import Offline, offline
from jarvis_ctx.sidecar.standstill import at_rest, orchestrators

PURPOSE = "purged value"


def purge(settings: Settings, value: str, *, aside: bool = False) -> Purged:
    """Replace `value` by `[purged]` everywhere in the store's folder, and in the log file of the settings.

    What held it stays, with new digests; a task whose id held it has another id then, a signed field of an object's
    state that held it is not restored any more. A `ValuePurged` event says that it was done: a keyed hash and counts.
    With `aside`, whatever was moved aside is removed, as a copy of a database can only be searched as bytes. An
    encrypted store is opened with its key and sealed again. Killed anywhere and done again, it is finished.

    Raises `NoStore`, `BadValue` (also for a part of the store's own ids), and `NotAtRest` when any orchestrator of
    the store runs: a live one would go on writing what it holds in memory.
    """
    needle, folder = Needle(value), settings.folder
    check_store(folder)
    with at_rest(folder, settings.secret_names, but=settings.name), offline(settings) as store:
        refuse_own(value, folder, store.state, orchestrators(folder))
        key = sign.load_key(folder / "secret.key")
        files = FilePurge(folder, needle, key, store.ground.seals, store.ground.sealing, aside=aside)
        files.clean()
        _log_file(Path(settings.log_file) if settings.log_file else None, needle, files.purged)
        files.purged.rows = _rows(store.opened.store, folder, needle, files)
        files.finish()
        if files.purged.total and key is not None:
            purged = Offline(store.opened)  # Its state is as the journal is now, without the value.
            _say(purged, files.purged, sign.mac(key, PURPOSE, b"", value.encode()))
    return files.purged


def _rows(store: Engine, folder: Path, needle: Needle, files: FilePurge) -> int:
    """Clean the database, last of all the pages and the log behind what was replaced in it."""
    names = sorted({*orchestrators(folder), *store.queries.orchestrators()})
    changed = clean_snapshots(store.checkpoints, names, files)
    leases = leases_of(store.leases, names)
    changed += store.upkeep.purge(needle, files)
    return changed + clean_leases(store.leases, leases, needle)


def _log_file(path: Path | None, needle: Needle, purged: Purged) -> None:
    if path is None or not path.is_file():
        return
    data = path.read_bytes()
    if needle.within(data):
        with shredding(path):
            write_whole(path, needle.plain(data))
        purged.files += 1


def _say(store: Offline, purged: Purged, hashed: str) -> None:
    """Append the event that records it, right after the last one, and into the store as well."""
    counts = {key: count for key, count in msgspec.to_builtins(purged).items() if key not in ("removed", "aside")}
    body = {"hash": hashed, **counts, "removed": len(purged.removed)}
    store.into_store(store.tell("ValuePurged", store.ground.settings.name, body))
