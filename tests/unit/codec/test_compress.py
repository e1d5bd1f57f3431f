"""Compressed bytes come back whole, and a bomb does not go off."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import cache

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis_ctx.codec.compress import compress, decompress
from jarvis_ctx.errors import BadValue, CorruptData, TooLarge

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE
SAID = b"what was said\n" * 40
FRAME = compress(SAID)


@cache
def bomb() -> bytes:
    """A gibibyte of zeros in about 32 KiB, in a frame that declares its size."""
    stream = zstandard.ZstdCompressor().compressobj(size=GIBIBYTE)
    zeros = bytes(MEBIBYTE)
    return b"".join(stream.compress(zeros) for _ in range(1024)) + stream.flush()


def undeclared() -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(SAID) + stream.flush()


def peak_of(call: Callable[[], object]) -> int:
    """Bytes that Python allocated at most while the call ran, which may raise one of our errors."""
    tracemalloc.start()
    try:
        call()
    except (CorruptData, TooLarge):
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 19))
def test_every_byte_comes_back_at_every_level(data: bytes, level: int) -> None:
    assert decompress(compress(data, level=level), len(data)) == data


def test_a_bomb_that_declares_its_size_is_refused_before_it_is_unpacked() -> None:
    data = bomb()

    with pytest.raises(TooLarge) as refused:
        decompress(data, MEBIBYTE)

    assert (len(data) < 50_000, refused.value.facts["size"]) == (True, GIBIBYTE)
    assert peak_of(lambda: decompress(data, MEBIBYTE)) < MEBIBYTE


@pytest.mark.parametrize("declared", [1, 1000, MEBIBYTE])
def test_a_bomb_that_declares_less_than_it_holds_fills_no_more_than_it_declares(declared: int) -> None:
    data = bomb().replace(GIBIBYTE.to_bytes(4, "little"), declared.to_bytes(4, "little"), 1)

    with pytest.raises(CorruptData):
        decompress(data, MEBIBYTE)

    assert zstandard.get_frame_parameters(data).content_size == declared
    assert peak_of(lambda: decompress(data, MEBIBYTE)) < 2 * MEBIBYTE


def test_a_bomb_that_declares_to_be_empty_is_damaged() -> None:
    data = bomb().replace(GIBIBYTE.to_bytes(4, "little"), bytes(4), 1)

    with pytest.raises(CorruptData):
        decompress(data, MEBIBYTE)


def test_what_fits_exactly_is_unpacked_and_a_byte_less_is_too_little() -> None:
    assert decompress(FRAME, len(SAID)) == SAID

    with pytest.raises(TooLarge):
        decompress(FRAME, len(SAID) - 1)


def read_or_refused(data: bytes) -> bytes | None:
    try:
        return decompress(data, MEBIBYTE)
    except (CorruptData, TooLarge):
        return None


def test_a_frame_cut_anywhere_is_damaged() -> None:
    assert [read_or_refused(FRAME[:length]) for length in range(len(FRAME))] == [None] * len(FRAME)


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_never_changes_what_is_read(bit: int) -> None:
    flipped = [FRAME[:place] + bytes([FRAME[place] ^ 1 << bit]) + FRAME[place + 1 :] for place in range(len(FRAME))]

    # The format leaves one bit of its header without meaning.
    assert {read_or_refused(data) for data in flipped} <= {None, SAID}


@pytest.mark.parametrize(
    "data",
    [
        b"garbage that is not zstd",
        FRAME + b"x",
        FRAME + FRAME,
        compress(b"") + b"x",
        compress(b"") + FRAME,
        undeclared(),
        b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + FRAME,
        b"\x28\xb5\x2f\xfd\x80\xff\x64\x00\x00\x00\x01\x00\x00",
        zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(b"what was said\n" * 9)).compress(SAID)[:-4],
    ],
    ids=[
        "garbage",
        "a byte more",
        "two frames",
        "empty and a byte",
        "empty and a frame",
        "no size",
        "skippable",
        "window",
        "cut",
    ],
)
def test_anything_but_one_whole_declared_frame_is_damaged(data: bytes) -> None:
    with pytest.raises(CorruptData):
        decompress(data, MEBIBYTE)


def test_a_frame_that_needs_a_larger_window_than_ours_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=24, write_content_size=True)
    data = zstandard.ZstdCompressor(compression_params=wide).compress(bytes(20 * MEBIBYTE))

    with pytest.raises(CorruptData, match="window of 16777216 bytes"):
        decompress(data, 32 * MEBIBYTE)


@pytest.mark.parametrize("level", [0, -1, 20, 22])
def test_a_level_that_could_not_be_read_again_is_refused(level: int) -> None:
    with pytest.raises(BadValue, match="1 to 19"):
        compress(SAID, level=level)


def test_parts_are_one_frame_as_if_they_were_put_together() -> None:
    frame = compress(SAID, b"", SAID)

    assert decompress(frame, 2 * len(SAID)) == SAID + SAID
