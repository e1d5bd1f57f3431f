"""Files and folders that are ours alone: modes, whole-file writes, durable names."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from math import inf
from pathlib import Path

from jarvis_ctx.errors import Unreadable, UnsafeFolder

FOLDER_MODE = 0o700
FILE_MODE = 0o600
PASSING = frozenset({errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN})
"""What the system says of a file that may be whole all the same."""
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def private_folder(path: Path) -> Path:
    """Make `path`, its name durable, or check it: a folder, ours, not writable by group or others.

    Raises `UnsafeFolder`.
    """
    new = list(takewhile(lambda folder: not folder.exists(), (path, *path.parents)))
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True)
        path.chmod(FOLDER_MODE)
    except FileExistsError:
        _check_folder(path)
    for folder in reversed(new):
        _sync_name(folder)
    return path


def _sync_name(folder: Path) -> None:
    try:
        sync_folder(folder.parent)
    except PermissionError:
        pass  # Somebody else's, which we may write into and not open: what can be done for the name is done.


def _check_folder(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise UnsafeFolder(path=str(path), problem="is not a folder", remedy="move it away or choose another path")
    if found.st_uid != os.geteuid():
        problem = f"belongs to user {found.st_uid}, not to {os.geteuid()}"
        raise UnsafeFolder(path=str(path), problem=problem, remedy="run as its owner or choose another path")
    if found.st_mode & 0o022:
        problem = f"can be written by others (mode {stat.S_IMODE(found.st_mode):04o})"
        raise UnsafeFolder(path=str(path), problem=problem, remedy=f"run: chmod 700 {path}")
    if found.st_mode & 0o077:
        path.chmod(FOLDER_MODE)


def create(path: Path, flags: int = os.O_RDWR) -> int:
    """A descriptor of a new file, mode 0600 whatever the umask; an existing file or link is an error."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    os.fchmod(descriptor, FILE_MODE)
    return descriptor


def open_or_create(path: Path) -> int:
    """A descriptor of a file of ours for reading and writing, made with mode 0600 when it is not there."""
    try:
        return create(path)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)


def allocate(descriptor: int, size: int) -> None:
    """Reserve `size` bytes for a new file, so that writing them later cannot fail for want of room."""
    if sys.platform == "darwin":
        os.pwrite(descriptor, bytes(size), 0)
    else:
        os.posix_fallocate(descriptor, 0, size)


def sync_data(descriptor: int) -> None:
    """Make a file's data durable. Raises `OSError`."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in `path` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def inode(path: Path) -> int:
    """Which file has this name, as another one may take it over; 0 where none has it."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return 0


def take_name(new: Path, path: Path) -> None:
    """Give the file `new` the name `path`, unless somebody came first: a rename would take it from them.

    On a file system without hard links the last one wins.
    """
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        os.rename(new, path)


def read_whole(path: Path) -> bytes:
    """The bytes of a file. Raises `Unreadable` where it may be whole and cannot be read just now, else `OSError`."""
    with _unreadable(path):
        return path.read_bytes()


def read_part(path: Path, start: int, length: int) -> bytes:
    """At most `length` bytes of a file from offset `start` on. Raises as `read_whole` does."""
    with _unreadable(path), path.open("rb", buffering=0) as file:
        return os.pread(file.fileno(), length, start)


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    """Tell what may pass from what will not."""
    try:
        yield
    except OSError as error:
        if error.errno not in PASSING:
            raise
        raise Unreadable(what=str(path), reason=os.strerror(error.errno)) from error


def temporary_of(path: Path) -> Path:
    """A name in the folder of `path` for what is to take its place."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")


def fill(new: Path, parts: Iterable[bytes]) -> None:
    """Make a new file of the `parts` one after another, its data durable, its name not yet."""
    with os.fdopen(create(new, os.O_WRONLY), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, *parts: bytes) -> None:
    """Replace `path` by the `parts` one after another: all of it or, after a crash, what was there before."""
    write_parts(path, parts)


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """The same, with parts that are made one after another; where making them fails, nothing is changed."""
    temporary = temporary_of(path)
    try:
        fill(temporary, parts)
        os.rename(temporary, path)
    except BaseException:
        # The half-made file must go whatever stopped us, an interrupt too; the error itself goes on.
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sweep_temporaries(folder: Path, before: float = inf) -> None:
    """Remove what a kill left half made and nobody has touched since `before` (seconds since 1970)."""
    for leftover in (*folder.glob(".*.tmp"), *folder.glob(".*.new")):
        try:
            if leftover.lstat().st_mtime < before:
                leftover.unlink()
        except FileNotFoundError:
            continue  # Its maker lives, and has given it its name.


def move_aside(path: Path, reason: str) -> Path:
    """Rename a damaged file to `<name>.<reason>-<n>` beside it: never deleted, never read again by itself."""
    taken = {entry.name for entry in path.parent.iterdir()}
    number = next(n for n in range(1, len(taken) + 2) if f"{path.name}.{reason}-{n}" not in taken)
    target = path.with_name(f"{path.name}.{reason}-{number}")
    path.rename(target)
    sync_folder(path.parent)
    return target
