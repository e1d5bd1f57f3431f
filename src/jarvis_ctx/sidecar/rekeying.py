"""Seals an encrypted store that nobody runs anew with the first of its keys, so that the others can be destroyed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from jarvis_ctx.codec import sign
from jarvis_ctx.errors import BadValue, CorruptData, EncryptionKeyMissing
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.retention.resealing import Rekeyed, Resealing, Tell
from jarvis_ctx.retention.target import Target
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.encryption import Encryption, Engine, find, keep, only
from jarvis_ctx.sidecar.missing import no_store
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.rebuilding import orchestrators
from jarvis_ctx.storage.memory.store import MemoryStore
from jarvis_ctx.storage.sqlite.store import SqliteStore
from jarvis_ctx.storage.wrap.sealed import SealedCheckpoints, SealedLeases

Progress = Callable[[int, int], object]
"""Told how many bytes have been done, and of how many."""

SOURCE = "the source of its keys, the new one first and the old ones behind it"


def rekey(settings: Settings, *, dry_run: bool = False, progress: Progress = lambda done, of: None) -> Rekeyed:
    """Seal everything anew that another key than the first has sealed; with `dry_run` only look what that is.

    Killed anywhere, everything opens with the keys given, and done again it is finished. What does not open, and what
    was moved aside, stays as it is and is named; then the other keys stay in `encryption.json`. A dry run takes no
    lock and writes nothing.

    Raises `NoStore`, `BadValue` without a key, `WrongEncryptionKey` for a key that is missing, before anything is
    changed, `StoreUnavailable`, and `AlreadyRunning` when any orchestrator of the store runs.
    """
    folder = settings.folder
    if not (folder / "journal").is_dir():
        raise no_store(folder)
    if not settings.encryption_key:
        raise BadValue(name="encryption_key", value="", expected=SOURCE)
    with ExitStack() as held:
        if not dry_run:
            _claim(folder, held)
        survey = _survey(settings)
        if dry_run:
            return survey
        engine = _engine(folder, viewer=False, held=held)
        encryption = find(settings, engine.events)
        return _round(settings, engine, encryption, _telling(folder, progress), dry=False)


def _claim(folder: Path, held: ExitStack) -> None:
    for name in orchestrators(folder):
        run = RunFile(folder, name)
        run.claim()
        held.callback(run.release)


def _survey(settings: Settings) -> Rekeyed:
    """What would be sealed anew, found out without writing; whether all keys are there."""
    with ExitStack() as held:
        engine = _engine(settings.folder, viewer=True, held=held)
        return _round(settings, engine, find(settings, engine.events), lambda size: None, dry=True)


def _engine(folder: Path, *, viewer: bool, held: ExitStack) -> Engine:
    """The database as it lies there, nothing of it opened; it may be missing."""
    path = folder / DATABASE
    engine: Engine = SqliteStore(path, viewer=viewer) if path.exists() else MemoryStore()
    held.callback(engine.close)
    return engine


def _round(settings: Settings, engine: Engine, encryption: Encryption, tell: Tell, *, dry: bool) -> Rekeyed:
    seals, sealing = encryption.seals, encryption.sealing
    if seals is None or sealing is None:
        raise EncryptionKeyMissing(path=str(settings.folder))
    if not dry:
        keep(settings, seals)
    target = Target(opens=seals, opening=sealing, seals=seals, sealing=sealing)
    round = Resealing(settings.folder, _signing(settings.folder), target, tell, dry=dry)
    round.files()
    _database(engine, target, round, sorted({*orchestrators(settings.folder), *engine.queries.orchestrators()}), dry)
    result = round.finish()
    if not dry and not result.damaged and not result.aside:
        only(settings, seals)
    return result


def _database(engine: Engine, target: Target, round: Resealing, names: list[str], dry: bool) -> None:
    checkpoints, leases = engine.checkpoints, engine.leases
    before = SealedCheckpoints(checkpoints, target.opens), SealedLeases(leases, target.opens)
    after = (
        before
        if target.seals is None
        else (SealedCheckpoints(checkpoints, target.seals), SealedLeases(leases, target.seals))
    )
    for name in names:
        round.snapshots(checkpoints, before[0], after[0], name)
        round.leases(leases, before[1], after[1], name)
        if dry:
            for row in engine.events.events(name, {}):
                round.event(row.writer, row.payload.encode())
    if not dry:
        engine.upkeep.rewrite(round.event)
        engine.upkeep.compact()
        engine.events.sync()


def _signing(folder: Path) -> sign.Key | None:
    try:
        return sign.load_key(folder / "secret.key")
    except (CorruptData, OSError):
        return None  # What it signed is named as what does not open.


def _telling(folder: Path, progress: Progress) -> Tell:
    total, done = sum(Path(at, name).stat().st_size for at, _, names in os.walk(folder) for name in names), 0

    def tell(size: int) -> None:
        nonlocal done
        done = min(done + size, total)
        progress(done, total)

    return tell
