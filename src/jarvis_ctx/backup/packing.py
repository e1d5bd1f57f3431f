"""A backup as one file: a tar of plain files in a zstd stream, the manifest first.

Read by its own loop over the 512-byte headers, which takes nothing but regular files: no links, no devices, no extended
headers whose length somebody else chooses.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.backup import files, names
from jarvis_ctx.backup.manifest import LONGEST, Manifest
from jarvis_ctx.codec.streams import Sink, Spring, packing
from jarvis_ctx.disk.files import create
from jarvis_ctx.errors import CorruptData, TooLarge

SUFFIX = ".tar.zst"
BLOCK = 512


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write the staged backup in `folder` to the new file `target` (0600), durably."""
    with os.fdopen(create(target, os.O_WRONLY), "wb") as file:
        with packing(file) as sink:
            for name in [names.MANIFEST, *(member.path for member in manifest.files)]:
                _put(sink, folder, name)
            sink.write(bytes(2 * BLOCK))
        file.flush()
        os.fsync(file.fileno())


def _put(sink: Sink, folder: Path, name: str) -> None:
    with files.opened(folder / name) as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
        # The form for long names has no room for sizes over 8 GiB, and the other way round; no file here needs both.
        sink.write(info.tobuf(tarfile.GNU_FORMAT if len(name) <= 100 else tarfile.USTAR_FORMAT))
        for piece in files.chunks(file):
            sink.write(piece)
        sink.write(bytes(-info.size % BLOCK))


class Packed:
    """An archive being read, from its first byte to its last."""

    def __init__(self, spring: Spring, what: str) -> None:
        self._spring, self._what = spring, what

    def manifest(self) -> bytes:
        """The first file's bytes, which must be the manifest. Raises `CorruptData` and `TooLarge`."""
        header = self._header()
        if header is None or header.name != names.MANIFEST:
            raise CorruptData(what=self._what, reason="it does not begin with the manifest of a backup")
        if header.size > LONGEST:
            raise TooLarge(what=f"The manifest of {self._what}", size=header.size, limit=LONGEST)
        return b"".join(self._contents(header.size))

    def members(self, sizes: dict[str, int]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each file with its bytes, which must be taken before the next. Raises `CorruptData` for what has no size."""
        while (header := self._header()) is not None:
            if sizes.get(header.name) != header.size:
                raise CorruptData(what=self._what, reason=f"it holds {header.name[:200]!r}, not as its manifest says")
            yield header.name, self._contents(header.size)
        if self._exactly(BLOCK) != bytes(BLOCK) or self._spring.read(1):  # The checksum is behind the last byte.
            raise CorruptData(what=self._what, reason="something follows its end")

    def _header(self) -> tarfile.TarInfo | None:
        block = self._exactly(BLOCK)
        if not any(block):
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
            raise CorruptData(what=self._what, reason=str(error)) from error
        if header.type != tarfile.REGTYPE or header.size < 0:
            raise CorruptData(what=self._what, reason=f"{header.name[:200]!r} is no regular file")
        return header

    def _contents(self, size: int) -> Iterator[bytes]:
        for offset in range(0, size, files.CHUNK):
            yield self._exactly(min(files.CHUNK, size - offset))
        self._exactly(-size % BLOCK)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._spring.read(size - len(data))
            if not piece:
                raise CorruptData(what=self._what, reason="it ends in the middle")
            data += piece
        return bytes(data)
