"""What a machine can run short of while a program runs: descriptors, memory, room in files and on the disk, leave."""

from __future__ import annotations

import fcntl
import os
import resource
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GOING_DOWN, WITH_THE_LOG = 0x8004587D, 1
"""ioctl(2) EXT4_IOC_SHUTDOWN: what was synced stays, and nothing is read or written any more."""
FILE = 65_536
"""Bytes: the marks and small segments still fit, a database does not."""


@contextmanager
def descriptors(store: Path) -> Iterator[None]:
    """No file can be opened."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def file_size(store: Path) -> Iterator[None]:
    """No file grows beyond `FILE` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def disk(store: Path) -> Iterator[None]:
    """The file system of the store is full."""
    with (store.parent / "filler").open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        try:
            yield
        finally:
            file.truncate(0)


@contextmanager
def memory(store: Path) -> Iterator[None]:
    """The process gets no more memory than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    has = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def trouble(store: Path) -> Iterator[None]:
    """The kernel finds an error in the store's own ext4, and lets nobody write to it any more until it is repaired."""
    device = os.stat(store).st_dev
    name = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve().name
    Path(f"/sys/fs/ext4/{name}/trigger_fs_error").write_text("1")
    yield


@contextmanager
def gone(store: Path) -> Iterator[None]:
    """Whatever the file system of the store is asked for from now on fails, until it is mounted anew."""
    descriptor = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(descriptor, GOING_DOWN, struct.pack("I", WITH_THE_LOG))
    finally:
        os.close(descriptor)
    yield


@contextmanager
def leave(store: Path) -> Iterator[None]:
    """Nothing can be made or removed in the store's folders, and its database cannot be written, not even by root."""
    kept = [str(store / name) for name in ("jarvis_context.db", "journal", "checkpoints", "")]
    subprocess.run(["chattr", "+i", *kept], check=True)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *reversed(kept)], check=True)
