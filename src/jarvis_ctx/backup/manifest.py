"""The manifest: what a backup holds, of which moment, and the digest of every file of it."""

from __future__ import annotations

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.backup.names import belongs
from jarvis_ctx.codec import sign
from jarvis_ctx.errors import CorruptData, NotOurs, OtherVersion, TooLarge

FORMAT = "jarvis-ctx backup 1"
PURPOSE = "backup manifest"
LONGEST = 256 * 1024 * 1024
"""Bytes of a manifest."""
MOST = 1_000_000
"""Files of a backup."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a backup: its name in the store's folder, its size, its digest."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. Times are ISO 8601 in UTC."""

    format: str = FORMAT
    id: str
    created: str
    folder: str
    """Where the store lay, and on which host."""
    host: str
    runs: dict[str, str] = {}
    """Each orchestrator's latest run."""
    position: dict[str, int] = {}
    """For each writer the number up to which everything it said is in the backup."""
    versions: dict[str, str] = {}
    damaged: list[str] = []
    """What did not verify when the backup was taken, a sentence each; it is in it as it was found."""
    key: str = ""
    """The id of the key that signed this and the checkpoints; the key itself may or may not be among the files."""
    files: list[Member] = []
    mac: str = ""

    @property
    def bytes(self) -> int:
        """What all files have together."""
        return sum(member.bytes for member in self.files)


def signed(manifest: Manifest, key: sign.Key) -> Manifest:
    """The manifest with a signature that nothing of it can be changed under."""
    plain = msgspec.structs.replace(manifest, key=key.id, mac="")
    return msgspec.structs.replace(plain, mac=sign.mac(key, PURPOSE, b"", msgspec.json.encode(plain)))


def encode(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def decode(data: bytes, what: str) -> Manifest:
    """Read and check a manifest, whoever wrote it. Raises `CorruptData`, `OtherVersion` and `TooLarge`."""
    try:
        manifest = decoding.decode(data, Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptData(what=f"The manifest of {what}", reason=str(error)) from error
    if manifest.format != FORMAT:
        raise OtherVersion(what=what, reason=f"its format is {manifest.format!r}, this is {FORMAT!r}")
    if len(manifest.files) > MOST:
        raise TooLarge(what=f"The list of files of {what}", size=len(manifest.files), limit=MOST)
    names = [member.path for member in manifest.files]
    wrong = next((name for name in names if not belongs(name)), None)
    if wrong is not None:
        raise CorruptData(what=what, reason=f"it names {wrong[:200]!r}, which is no file of a store")
    if len(set(names)) < len(names) or any(member.bytes < 0 for member in manifest.files):
        raise CorruptData(what=what, reason="it names a file twice or with a size that is none")
    return manifest


def authenticate(manifest: Manifest, key: sign.Key, what: str) -> None:
    """Raises `NotOurs` unless `key` signed the manifest."""
    plain = msgspec.json.encode(msgspec.structs.replace(manifest, mac=""))
    if manifest.key != key.id or not sign.verify(key, PURPOSE, b"", plain, manifest.mac):
        raise NotOurs(what=what, reason=f"key {key.id} did not sign it as it is")
