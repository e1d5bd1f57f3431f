"""Seals a store that nobody runs anew with the first of its keys, so that the others can go; or for the first time."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from jarvis_ctx.codec import sign
from jarvis_ctx.disk.progress import Progress, Tell, counted, unwatched
from jarvis_ctx.errors import BadValue
from jarvis_ctx.retention.resealing import Rekeyed, Resealing
from jarvis_ctx.retention.target import Target
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.encryption import Encryption, Engine, to_seal_anew
from jarvis_ctx.sidecar.encryption_note import keep, only, record_of
from jarvis_ctx.sidecar.missing import check_store
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.standstill import at_rest, orchestrators
from jarvis_ctx.sidecar.turning import begin, end, tables
from jarvis_ctx.storage.memory.store import MemoryStore
from jarvis_ctx.storage.sqlite.store import SqliteStore
from jarvis_ctx.storage.wrap.sealed import SealedCheckpoints, SealedLeases

SOURCE = "the source of its keys, the new one first and the old ones behind it"


def rekey(settings: Settings, *, off: bool = False, dry_run: bool = False, progress: Progress = unwatched) -> Rekeyed:
    """Seal everything anew that is not sealed with the first key; a plain store is encrypted so, and with `off` back.

    Killed anywhere, everything opens with the keys given, and done again it is finished. What does not open, and what
    was moved aside, stays as it is and is named; then the other keys stay in `encryption.json`. `dry_run` only looks
    what there is to do, takes no lock and writes nothing.

    Raises `NoStore`, `BadValue` without a key, `WrongEncryptionKey` for a key that is missing, before anything is
    changed, `StoreUnavailable`, and `NotAtRest` when any orchestrator of the store runs.
    """
    folder = settings.folder
    check_store(folder)
    if not settings.encryption_key:
        raise BadValue(name="encryption_key", value="", expected=SOURCE)
    with ExitStack() as held:
        if not dry_run:
            held.enter_context(at_rest(folder, settings.secret_names))
        survey = _survey(settings, off)
        if dry_run or (off and not survey.total and record_of(folder) is None):
            return survey
        return _turned(settings, _engine(folder, viewer=False, held=held), off, progress)


def _survey(settings: Settings, off: bool) -> Rekeyed:
    """What would be sealed anew, found out without writing; whether all keys are there."""
    with ExitStack() as held:
        engine = _engine(settings.folder, viewer=True, held=held)
        target = _target(to_seal_anew(settings, engine.events, off=off), off=off)
        return _round(settings, engine, target, unwatched, dry=True)


def _turned(settings: Settings, engine: Engine, off: bool, progress: Progress) -> Rekeyed:
    target = _target(to_seal_anew(settings, engine.events, off=off), off=off)
    seals, turning = target.opens, target.opens.plain
    if turning:
        begin(settings, seals)
    else:
        keep(settings, seals)
    result = _round(settings, engine, target, counted(_size(settings.folder), progress), dry=False)
    if turning:
        tables(settings, engine, seals, _names(settings, engine), off=off)
    engine.upkeep.compact()
    engine.events.sync()
    if turning:
        end(settings, seals, off=off)
    elif not result.damaged and not result.aside:
        only(settings, seals)
    return result


def _engine(folder: Path, *, viewer: bool, held: ExitStack) -> Engine:
    """The database as it lies there, nothing of it opened; it may be missing."""
    path = folder / DATABASE
    engine: Engine = SqliteStore(path, viewer=viewer) if path.exists() else MemoryStore()
    held.callback(engine.close)
    return engine


def _target(encryption: Encryption, *, off: bool) -> Target:
    seals, sealing = encryption.seals, encryption.sealing
    assert seals is not None
    assert sealing is not None
    if off:
        return Target(opens=seals, opening=sealing, seals=None, sealing=None)
    return Target(opens=seals, opening=sealing, seals=seals, sealing=sealing)


def _round(settings: Settings, engine: Engine, target: Target, tell: Tell, *, dry: bool) -> Rekeyed:
    key = sign.key_or_none(settings.folder / "secret.key")  # Without one, what it signed is named as not opening.
    round = Resealing(settings.folder, key, target, tell, dry=dry)
    round.files()
    for name in _names(settings, engine):
        _database(engine, target, round, name, dry)
    if not dry:
        engine.upkeep.rewrite(round.event)
        engine.events.sync()  # Before the side files go that the former rows name.
    return round.finish()


def _names(settings: Settings, engine: Engine) -> list[str]:
    return sorted({*orchestrators(settings.folder), *engine.queries.orchestrators()})


def _database(engine: Engine, target: Target, round: Resealing, name: str, dry: bool) -> None:
    checkpoints, leases, seals = engine.checkpoints, engine.leases, target.seals
    before, beats = SealedCheckpoints(checkpoints, target.opens), SealedLeases(leases, target.opens)
    round.snapshots(checkpoints, before, SealedCheckpoints(checkpoints, seals) if seals else checkpoints, name)
    round.leases(leases, beats, SealedLeases(leases, seals) if seals else leases, name)
    if dry:
        for row in engine.events.events(name, {}):
            round.event(row.writer, row.payload.encode())


def _size(folder: Path) -> int:
    return sum(Path(at, name).stat().st_size for at, _, names in os.walk(folder) for name in names)
