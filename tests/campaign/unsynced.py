"""The files of a disk that keeps in memory whatever was not synced: what is in its folder is all that a cut leaves.

A file's sync makes its content lasting, and a folder's sync the names in it; neither makes the other so.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import msgspec

ROOT = 1
PRIVATE_FOLDER = stat.S_IFDIR | 0o700
Entry: TypeAlias = tuple[int, int]
"""The number of what has a name, and its mode."""


class Node:
    """A file with its `data`, or a folder with its `names`."""

    def __init__(self, number: int, mode: int) -> None:
        self.number, self.mode, self.links = number, mode, 1
        self.data, self.names = bytearray(), dict[str, Node]()
        self.dirty: list[tuple[int, int]] = []
        """Where bytes have changed since the last sync, from and to."""
        self.changed = time.time_ns()

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def write(self, data: bytes, offset: int) -> None:
        self.resize(max(len(self.data), offset + len(data)))
        self.data[offset : offset + len(data)] = data
        self._touch(offset, offset + len(data))

    def resize(self, size: int) -> None:
        """Cut it off, or let it end in zeros."""
        before = len(self.data)
        self.data[size:] = bytes(max(0, size - before))
        self._touch(min(before, size), max(before, size))

    def _touch(self, begin: int, end: int) -> None:
        self.dirty.append((begin, end))
        self.changed = time.time_ns()


class Unsynced:
    """All that programs see, and below `folder` what has been synced of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._nodes: dict[int, Node] = {}
        self.root = self._read(ROOT, PRIVATE_FOLDER)
        # Some have a name and nothing else, some have lost theirs; no number is given out again.
        self._last = max(*self._nodes, *(int(path.stem) for path in folder.iterdir()), ROOT)

    def _read(self, number: int, mode: int) -> Node:
        if number in self._nodes:  # It has two names.
            self._nodes[number].links += 1
            return self._nodes[number]
        node = self._nodes[number] = Node(number, mode)
        path = self._path(node)
        if node.is_folder and path.exists():
            names = msgspec.json.decode(path.read_bytes(), type=dict[str, Entry])
            node.names = {name: self._read(*entry) for name, entry in names.items()}
        elif path.exists():
            node.data = bytearray(path.read_bytes())
        return node

    def _path(self, node: Node) -> Path:
        return self._folder / f"{node.number}.{'names' if node.is_folder else 'data'}"

    def at(self, path: str) -> Node:
        """What has that path."""
        node = self.root
        for name in PurePosixPath(path).parts[1:]:
            if name not in node.names:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            node = node.names[name]
        return node

    def make(self, path: str, mode: int) -> Node:
        """A new, empty file or folder."""
        self._last += 1
        node = Node(self._last, mode)
        self._parent(path)[PurePosixPath(path).name] = node
        return node

    def link(self, path: str, other: str) -> None:
        """Give what is at `path` another name."""
        node = self.at(path)
        node.links += 1
        self._parent(other)[PurePosixPath(other).name] = node

    def move(self, path: str, other: str) -> None:
        """Give what is at `path` the name `other`, which may have been another's."""
        names, new = self._parent(other), PurePosixPath(other).name
        if new in names:
            names[new].links -= 1
        names[new] = self._parent(path).pop(PurePosixPath(path).name)

    def remove(self, path: str) -> None:
        """Take its name from a file or an empty folder."""
        if self.at(path).names:
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)
        self._parent(path).pop(PurePosixPath(path).name).links -= 1

    def _parent(self, path: str) -> dict[str, Node]:
        return self.at(str(PurePosixPath(path).parent)).names

    def sync(self, node: Node) -> None:
        """Let a file's content outlast a cut, or a folder's names."""
        if node.is_folder:
            names = {name: (one.number, one.mode) for name, one in node.names.items()}
            new = self._folder / f"{ROOT}.new"
            new.write_bytes(msgspec.json.encode(names))
            new.replace(self._path(node))  # In one go: a cut may come now.
            return
        descriptor = os.open(self._path(node), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for begin, end in node.dirty:
                os.pwrite(descriptor, node.data[begin:end], begin)
            os.ftruncate(descriptor, len(node.data))
        finally:
            os.close(descriptor)
        node.dirty.clear()
