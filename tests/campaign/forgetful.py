"""`python -m tests.campaign.forgetful PLACE FOLDER`: a file system at PLACE that forgets what was not synced.

The kernel hands it each call, as it would hand it to a disk; killing this process is cutting the power.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mfusepy import FUSE, Operations

from tests.campaign.unsynced import Node, Unsynced

BLOCK, BLOCKS = 4096, 1 << 20
FILE_PART = 0o7777


class Forgetful(Operations):  # type: ignore[misc]  # mfusepy has no types
    """The calls of libfuse, in its words; files that are open go by a handle, as they may have no name any more."""

    use_ns = True
    flag_nopath = flag_nullpath_ok = True

    def __init__(self, folder: Path) -> None:
        self._files = Unsynced(folder)
        self._open: dict[int, Node] = {}
        self._handles = 0

    def init(self, path: str) -> None:
        sys.stdout.write("mounted\n")
        sys.stdout.flush()

    def getattr(self, path: str | None, fh: int | None = None) -> dict[str, Any]:
        node = self._node(path, fh)
        return {
            "st_ino": node.number,
            "st_mode": node.mode,
            "st_nlink": node.links,
            "st_size": len(node.data),
            "st_blocks": -(-len(node.data) // 512),
            **dict.fromkeys(("st_mtime", "st_ctime", "st_atime"), node.changed),
        }

    def readdir(self, path: str | None, fh: int) -> Iterable[tuple[str, dict[str, int], int]]:
        node = self._open[fh]
        for name, one in {".": node, "..": node, **node.names}.items():
            yield name, {"st_ino": one.number, "st_mode": one.mode}, 0

    def mkdir(self, path: str, mode: int) -> int:
        self._files.make(path, stat.S_IFDIR | mode)
        return 0

    def create(self, path: str, mode: int, flags: int) -> int:
        return self._handle(self._files.make(path, stat.S_IFREG | mode))

    def open(self, path: str, flags: int) -> int:
        return self._handle(self._files.at(path))

    def opendir(self, path: str) -> int:
        return self._handle(self._files.at(path))

    def release(self, path: str | None, fh: int) -> int:
        del self._open[fh]
        return 0

    releasedir = release

    def read(self, path: str | None, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._open[fh].data[offset : offset + size])

    def write(self, path: str | None, data: bytes, offset: int, fh: int) -> int:
        self._open[fh].write(data, offset)
        return len(data)

    def truncate(self, path: str | None, length: int, fh: int | None = None) -> int:
        self._node(path, fh).resize(length)
        return 0

    def fallocate(self, path: str | None, mode: int, offset: int, size: int, fh: int) -> int:
        node = self._open[fh]
        node.resize(max(len(node.data), offset + size))
        return 0

    def fsync(self, path: str | None, datasync: int, fh: int) -> int:
        self._files.sync(self._open[fh])
        return 0

    fsyncdir = fsync

    def unlink(self, path: str) -> int:
        self._files.remove(path)
        return 0

    rmdir = unlink

    def rename(self, old: str, new: str) -> int:
        self._files.move(old, new)
        return 0

    def link(self, target: str, source: str) -> int:
        self._files.link(source, target)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        node = self._files.at(path)
        node.mode = stat.S_IFMT(node.mode) | mode & FILE_PART
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        free = dict.fromkeys(("f_blocks", "f_bfree", "f_bavail"), BLOCKS)
        return {"f_bsize": BLOCK, "f_frsize": BLOCK, "f_namemax": 255, **free}

    def _node(self, path: str | None, fh: int | None) -> Node:
        return self._files.at(path) if fh is None and path is not None else self._open[fh or 0]

    def _handle(self, node: Node) -> int:
        self._handles += 1
        self._open[self._handles] = node
        return self._handles


class _Mounted(FUSE):  # type: ignore[misc]  # mfusepy has no types
    """Passes the handle of a file that is cut off, which has no path."""

    truncate_fuse_3 = FUSE.ftruncate


def main(place: str, folder: str) -> None:
    """Serve until the end."""
    options = {"foreground": True, "nothreads": True, "use_ino": True, "hard_remove": True}
    _Mounted(Forgetful(Path(folder)), place, fsname="forgetful", **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
