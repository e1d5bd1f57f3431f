"""Files of a backup, written and read whole: their bytes, their size, their digest."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from jarvis_ctx.backup.manifest import Member
from jarvis_ctx.disk.files import create, private_folder
from jarvis_ctx.errors import CorruptData

CHUNK = 1_048_576


def opened(path: Path) -> BinaryIO:
    """A regular file for reading. Raises `CorruptData` for a link, a device and the like."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CorruptData(what=str(path), reason="it is a symbolic link") from error
        raise
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise CorruptData(what=str(path), reason="it is no regular file")
    return file


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """What a file holds, in pieces."""
    while data := file.read(CHUNK):
        yield data


def put(folder: Path, name: str, data: Iterable[bytes]) -> Member:
    """Write the new file `name` below `folder` (0600, folders 0700) durably."""
    path, digest, size = folder / name, hashlib.sha256(), 0
    private_folder(path.parent)
    with os.fdopen(create(path, os.O_WRONLY), "wb") as file:
        for piece in data:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return Member(path=name, bytes=size, sha256=digest.hexdigest())


def found(folder: Path, name: str) -> Member:
    """What the file `name` below `folder` holds."""
    with opened(folder / name) as file:
        return digested(name, chunks(file))


def digested(name: str, data: Iterable[bytes]) -> Member:
    """What these bytes are."""
    digest, size = hashlib.sha256(), 0
    for piece in data:
        digest.update(piece)
        size += len(piece)
    return Member(path=name, bytes=size, sha256=digest.hexdigest())
