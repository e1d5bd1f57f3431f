"""zstd as a stream: what is too large for memory is packed and unpacked piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from jarvis_ctx.codec.compress import LEVEL, WINDOW
from jarvis_ctx.errors import CorruptData


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int: ...


class Spring(Protocol):
    """Where bytes come from; fewer than asked for only at the end."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def packing(file: BinaryIO) -> Iterator[Sink]:
    """What is written goes into `file` as one zstd frame with a checksum; `file` stays open."""
    import zstandard

    packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    with packer.stream_writer(file, closefd=False) as sink:
        yield sink


@contextmanager
def unpacking(file: BinaryIO) -> Iterator[Spring]:
    """What the zstd frame in `file` holds, with a window of at most 8 MiB. Raises `CorruptData`."""
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(file, closefd=False) as spring:
            yield spring
    except zstandard.ZstdError as error:
        raise CorruptData(what="A compressed archive", reason=str(error)) from error
