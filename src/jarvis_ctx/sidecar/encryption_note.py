"""What a store says of its encryption: `encryption.json` names the store's id and the keys, and holds none."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec.sealed import ID, Seals
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import BadEncryptionKey
from jarvis_ctx.settings import Settings

FORMAT = "jarvis-ctx encryption 1"
NAME = "encryption.json"
TURNING = "turning"
HALFWAY = "is halfway between plain and encrypted: finish that with jarvis-ctx rekey, or with jarvis-ctx rekey --off"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `encryption.json` says; `keys` are ids, the latest that sealed first. `sealed`: all events, or a part."""

    format: str
    store: str
    sealed: Literal["all", "secrets"]
    keys: list[str]
    turning: dict[str, Any] | None = None
    """There while a store is on its way to being encrypted, or back; sealed, so that only who has a key can say so."""


def record_of(folder: Path) -> Record | None:
    """What the file says; a damaged one is as good as none, because what is sealed names its store and key itself."""
    try:
        record = decoding.decode((folder / NAME).read_bytes(), Record)
        return record if len(bytes.fromhex(record.store)) == ID and record.keys else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None


def keep(settings: Settings, seals: Seals) -> None:
    """Write down what is sealed from here on, and with which key; not a word where that is known.

    Raises `BadEncryptionKey` when all is to be sealed in a store in which only secrets were.
    """
    record, what = record_of(settings.folder), what_is_sealed(settings)
    if record is not None and record.turning is not None:
        raise BadEncryptionKey(source=settings.encryption_key, reason=f"{settings.folder} {HALFWAY}")
    if record is not None and (record.sealed, what) == ("secrets", "all"):
        raise left_plain(settings, "set secrets='encrypt' as before, run jarvis-ctx rekey, or begin in a new folder")
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


def left_plain(settings: Settings, remedy: str) -> BadEncryptionKey:
    """The error for a key given to a store in which something was written without one."""
    reason = f"{settings.folder} holds events that are not encrypted and is left as it is; {remedy}"
    return BadEncryptionKey(source=settings.encryption_key, reason=reason)
