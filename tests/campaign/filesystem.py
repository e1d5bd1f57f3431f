"""A file system of its own in a file, whose power can be cut; gone at the end, however that comes."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from tests.campaign import stages

SIZES = {"ext4": 64 << 20, "xfs": 320 << 20}
"""Bytes of the file, most of which are never written; XFS is not made any smaller."""
MAKING = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q", "-f")}
GOING_DOWN, WITHOUT_THE_LOG = 0x8004587D, 2
"""ioctl(2) EXT4_IOC_SHUTDOWN, which is XFS_IOC_GOINGDOWN: at once, and nothing that waits is written any more."""
_NEW_MOUNTS, _PRIVATE_BELOW = 0x20000, 0x44000


def missing(*kinds: str) -> str | None:
    """Why such file systems cannot be made and mounted here, if they cannot."""
    if os.geteuid() != 0:
        return "only root can mount a file system"
    if not Path("/dev/loop-control").exists():
        return "there are no loop devices"
    tools = [MAKING[kind][0] for kind in kinds]
    return next((f"{tool} is not installed" for tool in tools if shutil.which(tool) is None), None)


class Disk(Protocol):
    """A mounted file system whose power can be cut."""

    @property
    def kind(self) -> str: ...
    @property
    def place(self) -> Path: ...
    def cut(self) -> None: ...
    def again(self) -> None: ...
    def remove(self) -> None: ...


D = TypeVar("D", bound=Disk)


class FileSystem:
    """An empty file system, mounted at `place`."""

    def __init__(self, folder: Path, kind: str, options: str = "") -> None:
        self.kind, self.place, self._image = kind, folder / "mounted", folder / f"{kind}.image"
        self._options = f"loop,{options}" if options else "loop"
        self.place.mkdir()
        with self._image.open("wb") as file:
            file.truncate(SIZES[kind])
        _run(*MAKING[kind], str(self._image))
        self.mount()

    def mount(self) -> None:
        _run("mount", "-t", self.kind, "-o", self._options, str(self._image), str(self.place))

    def cut(self) -> None:
        """What is not on the disk in this moment never will be; whoever still writes gets an error."""
        descriptor = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, GOING_DOWN, struct.pack("I", WITHOUT_THE_LOG))
        finally:
            os.close(descriptor)

    def again(self) -> None:
        """Mount it anew, as a machine does that has power again; nobody may have anything open there."""
        _run("umount", str(self.place))
        self.mount()

    def repair(self) -> None:
        """Look for errors in it, mend them, and mount it anew."""
        _run("umount", str(self.place))
        subprocess.run(["fsck", "-p", str(self._image)], capture_output=True)  # 1 says that it has mended something.
        self.mount()

    def remove(self) -> None:
        """Unmount it, and delete the file; with nobody left in it the loop device goes by itself."""
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)
        self._image.unlink()


@contextmanager
def mounted(folder: Path, kind: str, options: str = "") -> Iterator[FileSystem]:
    """A file system in a file in `folder`."""
    with kept(lambda: FileSystem(folder, kind, options)) as made:
        yield made


@contextmanager
def kept(make: Callable[[], D]) -> Iterator[D]:
    """A mounted file system; the player's children are ended before it goes."""
    _see_mounts_of_our_own()
    made = make()
    try:
        yield made
    finally:
        stages.clear()
        made.remove()


def _see_mounts_of_our_own() -> None:
    """Let mounts be seen by this process and its children alone, so that they end when the last of them does."""
    if os.readlink("/proc/self/ns/mnt") != os.readlink(f"/proc/{os.getppid()}/ns/mnt"):
        return
    stages.close()  # The next server of children begins among our mounts.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNTS) or libc.mount(b"none", b"/", None, _PRIVATE_BELOW, None):
        raise OSError(ctypes.get_errno(), "no mounts of our own")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
