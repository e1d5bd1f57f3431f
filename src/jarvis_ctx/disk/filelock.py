"""A lock that its holder's death releases: a POSIX record lock on a file that nothing else opens."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
import threading
from pathlib import Path

from jarvis_ctx.disk.files import open_or_create

_Key = tuple[int, str]
_holders: dict[_Key, FileLock] = {}
# A record lock belongs to the process and never excludes its own threads, so this table of who has it, or tries, does.
# Keyed by process id, as a forked child inherits the table but not the locks, and by the file's one true path.
_opening = threading.RLock()
# Whoever closes a lock's file lets go of all locks that this process has on it: between a look at it and its close,
# no other thread may take it.


def _open_anew() -> None:
    global _opening
    _opening = threading.RLock()  # Another thread may have held it in the moment of the fork.


os.register_at_fork(after_in_child=_open_anew)


class FileLock:
    """An exclusive lock on `path`, between processes and within one.

    A record lock is released by death, is not inherited by a forked child, and is lost if anything else in this
    process opens and closes the file; therefore only this class opens it. Linux and macOS local file systems.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key: _Key | None = None
        self._descriptor = -1

    def acquire(self) -> bool:
        """Take the lock if it is free now; False when another process, or another holder in this one, has it.

        Raises `OSError` where the file cannot be opened, or the file system has no such locks.
        """
        key = _key(self.path)
        if self._key == key:
            return True
        with _opening:
            if _holders.setdefault(key, self) is not self:
                return False
            descriptor = None
            try:
                descriptor = _locked(self.path)
            finally:
                if descriptor is None:
                    del _holders[key]
        if descriptor is not None:
            self._key, self._descriptor = key, descriptor
        return descriptor is not None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock in this process (a fork leaves it behind)."""
        return self._key is not None and self._key[0] == os.getpid()

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held here."""
        if self.held and self._key is not None:
            os.close(self._descriptor)
            del _holders[self._key]
        self._key = None


def _key(path: Path) -> _Key:
    return os.getpid(), os.path.join(os.path.realpath(path.parent), path.name)


def _locked(path: Path) -> int | None:
    """A descriptor of `path` with the lock on it; None when another process has it."""
    descriptor = open_or_create(path)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return None
        raise  # There are no locks here: nobody can know who is alive.
    return descriptor


def holder(path: Path) -> int | None:
    """The process id that holds the lock on `path`, or None; asks the kernel, takes and writes nothing."""
    with _opening:
        if _holders and _key(path) in _holders:
            return os.getpid()
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, _question())
        finally:
            os.close(descriptor)
    kind, pid = _answer(answer)
    return None if kind == fcntl.F_UNLCK else pid


def _question() -> bytes:
    """`struct flock`: is the whole file free for writing? Darwin orders its fields otherwise than Linux."""
    if sys.platform == "darwin":
        return struct.pack("qqihh", 0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
    return struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def _answer(flock: bytes) -> tuple[int, int]:
    if sys.platform == "darwin":
        _, _, pid, kind, _ = struct.unpack("qqihh", flock)
    else:
        kind, _, _, _, pid = struct.unpack("hhqqi", flock)
    return kind, pid
