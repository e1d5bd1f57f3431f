"""A frame's promises: any payload round-trips, a torn tail is a prefix, damage is never silently another frame."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.journal import frame

WRITER = "0000000100000001"
PAYLOADS = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8)


def segment(payloads: list[bytes]) -> bytes:
    """The payloads as frames numbered from 1, and some of the empty space that follows them in a file."""
    digest = frame.digester(WRITER)
    framed = [
        (frame.HEADER.pack(len(payload), frame.EVENT, number, digest(number, payload)) + payload).ljust(
            frame.size(len(payload)), b"\0"
        )
        for number, payload in enumerate(payloads, 1)
    ]
    return b"".join(framed) + bytes(64)


def scan(data: bytes, writer: str = WRITER) -> tuple[list[tuple[int, bytes]], list[frame.Hole]]:
    found = list(frame.scan(data, writer))
    frames = [(f.number, f.payload) for f in found if isinstance(f, frame.Frame)]
    return frames, [f for f in found if isinstance(f, frame.Hole)]


@given(PAYLOADS)
def test_any_payload_comes_back(payloads: list[bytes]) -> None:
    assert scan(segment(payloads)) == (list(enumerate(payloads, 1)), [])


@given(PAYLOADS, st.data())
def test_any_truncation_gives_a_prefix(payloads: list[bytes], data: st.DataObject) -> None:
    whole = segment(payloads)
    cut = data.draw(st.integers(0, len(whole)))

    frames, holes = scan(whole[:cut])

    assert frames == list(enumerate(payloads, 1))[: len(frames)]
    assert holes == []


@given(PAYLOADS, st.data())
def test_a_flipped_bit_is_never_another_frame_and_the_others_stay(payloads: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(segment(payloads))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))

    frames, holes = scan(bytes(whole))

    written = list(enumerate(payloads, 1))
    assert set(frames) <= set(written)
    assert len(frames) >= len(written) - 1
    missed_before_the_end = frames and frames[-1] == written[-1] and len(frames) < len(written)
    assert bool(holes) == bool(missed_before_the_end)


@given(PAYLOADS, st.binary(max_size=200))
def test_no_garbage_is_taken_for_a_frame(payloads: list[bytes], garbage: bytes) -> None:
    frames, _ = scan(segment(payloads)[:-64] + garbage)

    assert frames == list(enumerate(payloads, 1))


def test_a_payload_that_looks_like_a_frame_is_none() -> None:
    inner = segment([b"inner"])
    whole = bytearray(segment([b"first", inner, b"last"]))
    whole[40] ^= 1

    frames, holes = scan(bytes(whole))

    assert frames[-1] == (3, b"last")
    assert (2, inner) in frames or holes


def test_frames_of_another_writer_do_not_verify() -> None:
    assert scan(segment([b"a", b"b"]), "0000000100000002") == ([], [])


def test_a_hole_says_where_and_how_long() -> None:
    whole = bytearray(segment([b"a" * 8, b"b" * 8, b"c" * 8]))
    whole[40 + 33] ^= 1

    assert scan(bytes(whole))[1] == [frame.Hole(40, 40)]


def test_a_frame_without_its_length_is_not_there() -> None:
    whole = bytearray(segment([b"a", b"b"]))
    whole[40:44] = bytes(4)

    assert scan(bytes(whole)) == ([(1, b"a")], [])
