"""Cleans a value out of the checkpoints and heartbeats that a store keeps, opened and sealed again where they are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.liveness.ports import LeaseStore
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.retention.needle import Needle
from jarvis_ctx.retention.purging import FilePurge


def clean_snapshots(checkpoints: CheckpointStore, names: Iterable[str], files: FilePurge) -> int:
    """Clean the checkpoints of these orchestrators; how many were changed. Raises `WrongEncryptionKey`.

    One that does not verify is removed: a new seal would make what has rotted in it pass for what was written.
    """
    changed = 0
    for header in [header for name in names for header in checkpoints.headers(name)]:
        try:
            known = checkpoints.get(header.id)
        except CorruptData:
            continue  # Sealed and changed: nobody can read what it holds.
        try:
            cleaned = known and files.snapshot(known)
        except CorruptData:
            checkpoints.delete([header.id])  # Of no use to anybody: it has rotted, or has no base.
            changed += 1
            continue
        if cleaned is not None and cleaned is not known:
            checkpoints.put(cleaned)
            checkpoints.delete([header.id] if cleaned.header.id != header.id else [])
            changed += 1
    return changed


def leases_of(leases: LeaseStore, names: Iterable[str]) -> dict[str, list[Lease]]:
    """The heartbeats of these orchestrators, read before their agents are renamed: they are sealed for their names."""
    return {name: leases.all(name) for name in names}


def clean_leases(leases: LeaseStore, before: dict[str, list[Lease]], needle: Needle) -> int:
    """Put those anew that held the value, where the tables' own cleaning could not read it; how many."""
    changed = 0
    for name, known in before.items():
        cleaned = [
            replace(lease, agent=AgentId(needle.tree(lease.agent)), details=needle.tree(lease.details))
            for lease in known
        ]
        present = leases.all(name)
        put = [lease for lease in cleaned if lease not in present]
        leases.put(name, put)
        changed += len(put)
    return changed
