"""The store's secret key, and the signatures that say which bytes it vouches for, and for what."""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import stat
from pathlib import Path

import msgspec

from jarvis_ctx.disk.files import create, sync_folder, take_name
from jarvis_ctx.errors import CorruptData, UnsafeFolder

SECRET_BYTES = 32
MAGIC = b"jarvis-ctx key 1"
FILE = re.compile(MAGIC + rb" ([0-9a-f]{64}) ([0-9a-f]{16})\n")
"""The whole file: what it is, the secret, and the key's id, which a damaged secret does not match."""
LONGEST_FILE = 1024
CONTEXT = b"jarvis-ctx mac 1\0"
REMEDY = "put the store's own key there, or name another folder"
UNSAFE = {
    errno.ELOOP: "is a symbolic link",
    errno.EACCES: "may not be read by this user",
    errno.ENXIO: "is not a regular file",
}


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A 256-bit secret; shown by its id alone."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise CorruptData(what="A key", reason=f"it has {len(self.secret)} bytes, not {SECRET_BYTES}")

    @property
    def id(self) -> str:
        """The first 16 hex digits of the secret's SHA-256: names the key, gives nothing of it away."""
        return hashlib.sha256(self.secret).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("id", self.id)]


def mac(key: Key, purpose: str, header: bytes, data: bytes) -> str:
    """HMAC-SHA256, 64 hex digits, over header and data, for one purpose: it does not verify for another.

    The key of a purpose is derived from the secret, and each part is preceded by its length, so that no other split of
    the same bytes has the same signature.
    """
    derived = hmac.digest(key.secret, CONTEXT + purpose.encode(), "sha256")
    signature = hmac.new(derived, digestmod="sha256")
    for part in (purpose.encode(), header, data):
        signature.update(len(part).to_bytes(8, "big"))
        signature.update(part)
    return signature.hexdigest()


def verify(key: Key, purpose: str, header: bytes, data: bytes, signature: str) -> bool:
    """Whether `mac` gave this signature; takes the same time wherever it differs. Read nothing before this is true."""
    return hmac.compare_digest(mac(key, purpose, header, data).encode(), signature.encode("utf-8", "replace"))


def load_or_create_key(path: Path) -> Key:
    """The key in `path`, made by the first call; the folder must exist.

    A process killed at any moment leaves no key or a whole one. Of several that make it at once one wins and all get
    its key; on a file system without hard links the last one wins. Raises as `load_key`, and `OSError` when the folder
    cannot be written. A file that is there is never overwritten.
    """
    key = load_key(path)
    if key is None:
        save_key(path, Key(secret=os.urandom(SECRET_BYTES)))
        key = load_key(path)
    if key is None:
        raise CorruptData(what=str(path), reason="it vanished while it was made")
    return key


def load_key(path: Path) -> Key | None:
    """The key in `path`; None when there is no such file.

    Raises `UnsafeFolder` for a symbolic link, anything but a regular file, a file of another user or one that others
    may read or change; `CorruptData` when it holds no whole key.
    """
    try:
        # Not blocking, because opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in UNSAFE:
            raise UnsafeFolder(path=str(path), problem=UNSAFE[error.errno], remedy=REMEDY) from error
        raise
    try:
        _refuse_unsafe(path, os.fstat(descriptor))
        return _parse(path, os.read(descriptor, LONGEST_FILE))
    finally:
        os.close(descriptor)


def key_or_none(path: Path) -> Key | None:
    """The key in `path`, if there is one that can be used; for whoever can do without, and need not say why."""
    try:
        return load_key(path)
    except (CorruptData, OSError):
        return None


def _refuse_unsafe(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeFolder(path=str(path), problem="is not a regular file", remedy=REMEDY)
    if status.st_uid != os.geteuid():
        raise UnsafeFolder(path=str(path), problem=f"belongs to user {status.st_uid}", remedy=REMEDY)
    if status.st_mode & 0o077:
        raise UnsafeFolder(path=str(path), problem="can be read or changed by others", remedy="make its mode 600")


def _parse(path: Path, text: bytes) -> Key:
    match = FILE.fullmatch(text)
    key = Key(secret=bytes.fromhex(match[1].decode())) if match else None
    if match is None or key is None or key.id != match[2].decode():
        raise CorruptData(what=str(path), reason="it does not hold a whole key; restore it from a backup")
    return key


def save_key(path: Path, key: Key) -> None:
    """Write a key that was kept elsewhere into a new file (0600). A file that is there is never overwritten."""
    new = path.with_name(f".{path.name}.{os.urandom(8).hex()}.new")
    descriptor = create(new, os.O_WRONLY)
    try:
        with open(descriptor, "wb") as file:
            file.write(b"%s %s %s\n" % (MAGIC, key.secret.hex().encode(), key.id.encode()))
            file.flush()
            os.fsync(descriptor)
        take_name(new, path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)
