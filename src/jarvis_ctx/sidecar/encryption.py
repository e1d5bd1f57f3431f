"""Whether a store is encrypted, and its seals: `encryption.json` names the store's id and the keys, and holds none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from jarvis_ctx.checkpoint.files import json_files
from jarvis_ctx.codec import exact
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import ID, Seals, heading
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import (
    BadEncryptionKey,
    CorruptData,
    EncryptionKeyMissing,
    StoreUnavailable,
    WrongEncryptionKey,
)
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.sealed_bodies import SealedBodies, Sealing
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.keys import fetch
from jarvis_ctx.storage.wrap import sealed
from jarvis_ctx.storage.wrap.veil import redacted, veiled

FORMAT = "jarvis-ctx encryption 1"
NAME = "encryption.json"
REMEDY = "run jarvis-ctx rekey to encrypt it, begin in a new folder with encryption_key, or leave it unset here"
TURNING = "turning"
HALFWAY = "is halfway between plain and encrypted: finish that with jarvis-ctx rekey, or with jarvis-ctx rekey --off"


Engine: TypeAlias = sealed.Engine[Queries]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `encryption.json` says; `keys` are ids, the latest that sealed first. `sealed`: all events, or a part."""

    format: str
    store: str
    sealed: Literal["all", "secrets"]
    keys: list[str]
    turning: dict[str, Any] | None = None
    """There while a store is on its way to being encrypted, or back; sealed, so that only who has a key can say so."""


class Encryption(msgspec.Struct, frozen=True, kw_only=True):
    """A store's seals and what they do to events; both None where nothing is sealed."""

    seals: Seals | None = None
    sealing: Sealing | None = None


def find(settings: Settings, events: EventStore, environ: Mapping[str, str] | None = None) -> Encryption:
    """The encryption of the store of `settings`; writes nothing, so that a viewer may ask.

    Raises `EncryptionKeyMissing`, `WrongEncryptionKey`, and `BadEncryptionKey`, also for
    one that was begun without.
    """
    folder, record = settings.folder, record_of(settings.folder)
    if not settings.encryption_key:
        if record is not None or settings.secrets == "encrypt":
            raise EncryptionKeyMissing(path=str(folder))
        return Encryption()
    keys = fetch(settings.encryption_key, folder, os.environ if environ is None else environ)
    store = bytes.fromhex(record.store) if record is not None else _store_of(settings, events)
    seals = _tried(Seals(keys, store), settings, record)
    if record is not None and record.turning is not None:
        seals = Seals(keys, store, plain=True)
    only = _holds_secrets(settings) if _selective(settings, record) else None
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
    widened = record is not None and (record.turning is not None or (record.sealed == "secrets" and not part))
    seals = Seals(keys, seals.store, plain=off or store is None or widened)
    return Encryption(seals=seals, sealing=SealedBodies(seals, _holds_secrets(settings) if part else None))


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


def keep(settings: Settings, seals: Seals) -> None:
    """Write down what is sealed from here on, and with which key; not a word where that is known.

    Raises `BadEncryptionKey` when all is to be sealed in a store in which only secrets were.
    """
    record, what = record_of(settings.folder), what_is_sealed(settings)
    if record is not None and record.turning is not None:
        raise BadEncryptionKey(source=settings.encryption_key, reason=f"{settings.folder} {HALFWAY}")
    if record is not None and (record.sealed, what) == ("secrets", "all"):
        raise _plain(settings, "set secrets='encrypt' as before, run jarvis-ctx rekey, or begin in a new folder")
    known = record.keys if record is not None else []
    keys = [seals.key, *(key for key in known if key != seals.key)]
    now = Record(format=FORMAT, store=seals.store.hex(), sealed=what, keys=keys)
    if now != record:
        write(settings, now)


def only(settings: Settings, seals: Seals) -> None:
    """Write down that all that is sealed is sealed with the first key: the others are needed no more."""
    record = record_of(settings.folder)
    if record is not None and record.keys != [seals.key]:
        write(settings, msgspec.structs.replace(record, keys=[seals.key]))


def what_is_sealed(settings: Settings) -> Literal["all", "secrets"]:
    """As these settings have it."""
    return "secrets" if settings.secrets == "encrypt" else "all"


def write(settings: Settings, record: Record) -> None:
    """Replace `encryption.json`."""
    write_whole(settings.folder / NAME, msgspec.json.format(msgspec.json.encode(record)))


def _plain(settings: Settings, remedy: str) -> BadEncryptionKey:
    reason = f"{settings.folder} holds events that are not encrypted and is left as it is; {remedy}"
    return BadEncryptionKey(source=settings.encryption_key, reason=reason)


def record_of(folder: Path) -> Record | None:
    """What the file says; a damaged one is as good as none, because what is sealed names its store and key itself."""
    try:
        record = msgspec.json.decode((folder / NAME).read_bytes(), type=Record)
        return record if len(bytes.fromhex(record.store)) == ID and record.keys else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None


def _store_of(settings: Settings, events: EventStore) -> bytes:
    """The id of a store whose record is gone, from what is sealed in it; a new one for a store that is empty."""
    found, plain = _sealed_store(settings, events)
    if found is None and plain and settings.secrets != "encrypt":
        raise _plain(settings, REMEDY)
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


def _holds_secrets(settings: Settings) -> Callable[[dict[str, Any]], bool]:
    redaction = Redaction(settings.secret_names)

    def holds(body: dict[str, Any]) -> bool:
        try:
            given = exact.from_tree(body)  # A pair is known as one, and bytes are read, as they were given.
        except CorruptData:
            given = body
        return redaction(given) != given or _is_pickled(given) or given.get("serialised") is True

    return holds


def _is_pickled(found: Any) -> bool:
    """Whether a pickled field of an object's state is in it: no name within that can be seen."""
    if isinstance(found, dict):
        return any(map(_is_pickled, found.values()))
    if isinstance(found, list):
        return (len(found) == 3 and found[1] == "pickle") or any(map(_is_pickled, found))
    return False
