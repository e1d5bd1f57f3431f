"""Whether a store is encrypted, and its seals, as its settings, its note and what is sealed in it have them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from jarvis_ctx.checkpoint.files import json_files
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import ID, Seals, heading
from jarvis_ctx.errors import EncryptionKeyMissing, StoreUnavailable, WrongEncryptionKey
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.sealed_bodies import SealedBodies, Sealing
from jarvis_ctx.journal.secret_bodies import holds_secrets
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.encryption_note import NAME, TURNING, Record, left_plain, record_of
from jarvis_ctx.sidecar.keys import fetch
from jarvis_ctx.storage.wrap import sealed
from jarvis_ctx.storage.wrap.veil import redacted, veiled

REMEDY = "run jarvis-ctx rekey to encrypt it, begin in a new folder with encryption_key, or leave it unset here"

Engine: TypeAlias = sealed.Engine[Queries]


class Encryption(msgspec.Struct, frozen=True, kw_only=True):
    """A store's seals and what they do to events; both None where nothing is sealed."""

    seals: Seals | None = None
    sealing: Sealing | None = None


def find(settings: Settings, events: EventStore) -> Encryption:
    """The encryption of the store of `settings`; writes nothing, so that a viewer may ask.

    Raises `EncryptionKeyMissing`, `WrongEncryptionKey`, and `BadEncryptionKey`, also for a store that holds events in
    plain text.
    """
    folder, record = settings.folder, record_of(settings.folder)
    if not settings.encryption_key:
        if record is not None or settings.secrets == "encrypt":
            raise EncryptionKeyMissing(path=str(folder))
        return Encryption()
    keys = fetch(settings.encryption_key, folder, os.environ)
    store = bytes.fromhex(record.store) if record is not None else _store_of(settings, events)
    seals = _tried(Seals(keys, store), settings, record)
    if record is not None and record.turning is not None:
        seals = Seals(keys, store, plain=True)
    only = holds_secrets(Redaction(settings.secret_names)) if _selective(settings, record) else None
    return Encryption(seals=seals, sealing=SealedBodies(seals, only))


def to_seal_anew(settings: Settings, events: EventStore, *, off: bool) -> Encryption:
    """What opens a store as it is and seals it anew; its seals take what is plain where a store is turned.

    That is when it is plain so far, or but for its secrets, when it is to be plain (`off`), or when that was begun
    before. Raises as `find`, and writes nothing either.
    """
    record, keys = record_of(settings.folder), fetch(settings.encryption_key, settings.folder, os.environ)
    store = bytes.fromhex(record.store) if record is not None else _sealed_store(settings, events)[0]
    seals = _tried(Seals(keys, store or os.urandom(ID)), settings, record)
    part = settings.secrets == "encrypt"
    only = holds_secrets(Redaction(settings.secret_names)) if part else None
    widened = record is not None and (record.turning is not None or (record.sealed == "secrets" and not part))
    seals = Seals(keys, seals.store, plain=off or store is None or widened)
    return Encryption(seals=seals, sealing=SealedBodies(seals, only))


def _tried(seals: Seals, settings: Settings, record: Record | None) -> Seals:
    """The seals, if they are those of the store."""
    seals.seal(b"", "trial")  # So that a missing library is noticed before a run begins.
    if record is not None:
        if not set(record.keys) & set(seals.known):
            raise WrongEncryptionKey(what=str(settings.folder), key=record.keys[0], known=", ".join(seals.known))
        if record.turning is not None:
            seals.open_json(record.turning, str(settings.folder / NAME), TURNING)
    return seals


def _selective(settings: Settings, record: Record | None) -> bool:
    """Whether only those events are sealed that hold a secret, so that plain ones are ours, too."""
    return settings.secrets == "encrypt" or (record is not None and record.sealed == "secrets")


def encrypted(engine: Engine, settings: Settings) -> tuple[Engine, Encryption]:
    """A store as its settings have it sealed; raises as `find`, and then the engine is closed."""
    try:
        encryption = find(settings, engine.events)
    except BaseException:
        # Whatever it is goes on to the caller; the database does not stay open behind it.
        engine.close()
        raise
    return wrapped(engine, settings, encryption), encryption


def wrapped(engine: Engine, settings: Settings, encryption: Encryption) -> Engine:
    """A store as this encryption has it."""
    if encryption.seals is None:
        return engine
    veil = redacted(Redaction(settings.secret_names)) if settings.secrets == "encrypt" else veiled
    return sealed.SealedStore(engine, encryption.seals, veil)


def _store_of(settings: Settings, events: EventStore) -> bytes:
    """The id of a store whose record is gone, from what is sealed in it; a new one for a store that is empty."""
    found, plain = _sealed_store(settings, events)
    if found is None and plain and settings.secrets != "encrypt":
        raise left_plain(settings, REMEDY)
    return found or os.urandom(ID)


def _sealed_store(settings: Settings, events: EventStore) -> tuple[bytes | None, bool]:
    """The store's id in what is sealed, None where nothing is; whether anything plain stands before that."""
    plain = False
    for text in _written(settings, events):
        found = heading(text)
        if found is not None:
            return found[1], plain
        plain = True
    return None, plain


def _written(settings: Settings, events: EventStore) -> Iterator[bytes]:
    """Something of each thing that was written."""
    folder = settings.folder
    for path in json_files(folder):
        yield path.read_bytes()
    for path in read.segment_files(folder / "journal"):
        yield from (found.payload for found in read.read_segment(path).frames)
    try:
        for row in events.events(settings.name, {}):
            yield row.payload.encode()
    except StoreUnavailable:
        pass  # Then the files alone tell.
