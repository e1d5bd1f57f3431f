"""Bytes made smaller with zstd, and unpacked within a bound whatever they claim."""

from __future__ import annotations

from jarvis_ctx.errors import BadValue, CorruptData, TooLarge

LEVEL = 3
HIGHEST_LEVEL = 19
"""Above it zstd uses windows that `decompress` refuses."""
WINDOW_LOG = 23
WINDOW = 1 << WINDOW_LOG
"""Bytes of the past that a frame may make the reader keep."""
WHAT = "A compressed file"


def compress(*parts: bytes, level: int = LEVEL) -> bytes:
    """One zstd frame of the `parts` together that declares its size and carries a checksum.

    `level` is 1 (fast) to 19 (small). Raises `MemoryError`, also where it is zstd that gets none.
    """
    import zstandard

    if not 1 <= level <= HIGHEST_LEVEL:
        raise BadValue(name="level", value=level, expected=f"1 to {HIGHEST_LEVEL}")
    compressor = zstandard.ZstdCompressor(level=level, write_checksum=True)
    try:
        if len(parts) == 1:
            return compressor.compress(parts[0])
        frame = compressor.compressobj(size=sum(map(len, parts)))
        return b"".join([*(frame.compress(part) for part in parts), frame.flush()])
    except zstandard.ZstdError as error:  # There are no other reasons: any bytes can be compressed.
        raise MemoryError(str(error)) from error


def decompress(data: bytes, limit: int) -> bytes:
    """What `compress` was given; takes no more memory than `limit` bytes and a window of 8 MiB.

    Raises `TooLarge` when the frame declares more than `limit` bytes, before any of it is unpacked, and `CorruptData`
    for anything but one whole frame with its size declared and right, its checksum right, and nothing after it.
    Where zstd gets no memory it raises `MemoryError`, as the frame may be whole.
    """
    import zstandard

    try:
        size = _declared_size(data, limit)
        if size == 0:
            return _empty(data)
        # The output buffer has the declared size; zstandard fails when the frame holds more or less than that.
        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW)
        return reader.decompress(data, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        if "not enough memory" in str(error):
            raise MemoryError(str(error)) from error
        raise CorruptData(what=WHAT, reason=str(error)) from error


def _declared_size(data: bytes, limit: int) -> int:
    import zstandard

    frame = zstandard.get_frame_parameters(data)
    if frame.content_size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR):
        raise CorruptData(what=WHAT, reason="it does not declare its size")
    if frame.content_size > limit:
        raise TooLarge(what=WHAT, size=frame.content_size, limit=limit)
    if frame.window_size > WINDOW:
        raise CorruptData(what=WHAT, reason=f"it needs a window of {frame.window_size} bytes")
    return frame.content_size


def _empty(data: bytes) -> bytes:
    # zstandard returns nothing for a frame that declares nothing, without looking at what it holds.
    if data != compress(b""):
        raise CorruptData(what=WHAT, reason="it declares no content and yet has some")
    return b""


def compress_against(base: bytes, data: bytes) -> bytes:
    """`data` as one zstd frame that only whoever has `base` can unpack: small where the two are much alike.

    Raises `MemoryError`, as `compress` does.
    """
    import zstandard

    try:
        window = max(len(base) + len(data), 1024).bit_length()
        chosen = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, source_size=len(data), window_log=min(window, WINDOW_LOG), write_checksum=True
        )
        known = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        return zstandard.ZstdCompressor(dict_data=known, compression_params=chosen).compress(data)
    except zstandard.ZstdError as error:
        raise MemoryError(str(error)) from error


def decompress_against(base: bytes, data: bytes, limit: int) -> bytes:
    """What `compress_against` was given with the same `base`; bounds and errors as `decompress`."""
    import zstandard

    try:
        size = _declared_size(data, limit)
        known = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        reader = zstandard.ZstdDecompressor(dict_data=known, max_window_size=WINDOW)
        return reader.decompress(data, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        if "not enough memory" in str(error):
            raise MemoryError(str(error)) from error
        raise CorruptData(what=WHAT, reason=str(error)) from error
