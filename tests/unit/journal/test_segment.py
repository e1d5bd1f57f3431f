"""A segment's promises: frames in the file at once, a seal over all of it, and an archive that gives them back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis_ctx.codec import compress
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import archive, frame, read, sealed
from jarvis_ctx.journal.segment import Segment, path_of
from tests.unit.journal.build import NAME, opening, writer_id

WRITER = writer_id(1)
SIZE = 16_384


@pytest.fixture(params=[True, False], ids=["mapped", "written"])
def segment(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Segment]:
    """An opened segment, both ways."""
    made = Segment(path_of(tmp_path, WRITER, 1), WRITER, SIZE, mapped=request.param)
    made.open(opening())
    yield made
    made.close()


def payload(number: int, text: str = "") -> bytes:
    return b'[%d,%d,"r","TaskProgressed","t",{"note":"%b"}]' % (number, number, text.encode())


def written(segment: Segment, number: int) -> int:
    """Append a small frame; where it ends."""
    segment.append(number, b"[%d]" % number)
    return segment.at[0]


def test_a_frame_is_in_the_file_when_append_returns(segment: Segment) -> None:
    segment.append(1, payload(1))

    found = read.read_segment(segment.path)

    assert found.opening == opening()
    assert [(f.number, f.payload) for f in found.frames] == [(1, payload(1))]


def test_a_new_segment_has_its_room_reserved_and_is_private(segment: Segment) -> None:
    status = segment.path.stat()

    assert (status.st_size, status.st_mode & 0o777) == (SIZE, 0o600)
    assert status.st_blocks * 512 >= SIZE


def test_a_full_segment_still_has_room_for_its_seal(segment: Segment) -> None:
    number = 0
    while segment.fits(len(payload(number + 1, "x" * 200))):
        number += 1
        segment.append(number, payload(number, "x" * 200))

    segment.seal()

    found = read.read_segment(segment.path)
    assert (found.last, found.holes) == (number, [])
    assert found.seal is not None


def test_the_seal_counts_and_digests_everything_before_it_and_the_file_is_cut(segment: Segment) -> None:
    segment.open(msgspec.structs.replace(opening(), first=5))
    for number in (5, 6, 7):
        segment.append(number, payload(number))
    end = segment.at[0]

    segment.seal()

    data, seal = segment.path.read_bytes(), read.read_segment(segment.path).seal
    assert seal is not None
    assert (seal.count, seal.last, seal.digest) == (3, 7, hashlib.sha256(data[:end]).hexdigest())
    assert len(data) == end + frame.size(len(data[end + frame.HEADER.size :].rstrip(b"\0")))


@pytest.mark.parametrize("offset", [40, 300, -60], ids=["opening", "event", "seal"])
def test_the_one_hash_tells_a_whole_sealed_segment_from_a_damaged_one(segment: Segment, offset: int) -> None:
    for number in range(1, 9):
        segment.append(number, payload(number))
    segment.seal()
    whole, data = sealed.read_sealed(segment.path), bytearray(segment.path.read_bytes())
    data[offset] ^= 1

    segment.path.write_bytes(data)

    assert whole is not None
    assert (whole.opening, whole.seal.last) == (opening(), 8)
    assert sealed.read_sealed(segment.path) is None


def test_a_segment_whose_sync_failed_is_not_asked_again(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis_ctx.journal.segment.sync_data", fail)
    with pytest.raises(OSError, match="planted"):
        segment.sync()
    monkeypatch.undo()

    with pytest.raises(OSError, match="an earlier sync failed"):
        segment.sync()


def test_no_half_made_segment_stays_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"large|space"):
        Segment(path_of(tmp_path, WRITER, 1), WRITER, 1 << 62, mapped=True)

    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_taken_for_a_new_segment(segment: Segment) -> None:
    with pytest.raises(FileExistsError):
        Segment(segment.path, WRITER, SIZE, mapped=False)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(codec="ascii", exclude_characters='"\\')), min_size=1, max_size=20))
def test_any_sealed_segment_comes_back_from_the_archive(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    segment = Segment(path_of(folder, WRITER, 1), WRITER, 65_536, mapped=True)
    segment.open(opening())
    for number, text in enumerate(texts, 1):
        segment.append(number, payload(number, text))
    segment.seal()

    target = archive.move_in(read.read_segment(segment.path), folder / "archive")

    [archived] = archive.listing(folder / "archive")
    back = archive.read_archived(archived)
    assert (archived.path, archived.orchestrator, archived.writer, archived.first) == (target, NAME, WRITER, 1)
    assert [f.payload for f in back.frames] == [payload(number, text) for number, text in enumerate(texts, 1)]
    assert not segment.path.exists()


def test_a_dead_writers_segment_is_sealed_as_it_is_archived(segment: Segment, tmp_path: Path) -> None:
    segment.append(1, payload(1))
    segment.append(2, payload(2))

    archive.move_in(read.read_segment(segment.path), tmp_path / "archive")

    [archived] = archive.listing(tmp_path / "archive")
    back = archive.read_archived(archived)
    assert back.seal is not None
    assert (back.seal.count, back.seal.last, back.last) == (2, 2, 2)


@pytest.mark.parametrize("sealed", [True, False])
def test_what_is_readable_of_a_damaged_segment_stays_readable_in_the_archive(
    segment: Segment, tmp_path: Path, sealed: bool
) -> None:
    for number in (1, 2, 3):
        segment.append(number, payload(number, "x" * 40))
    if sealed:
        segment.seal()
    flip(segment.path, segment.path.read_bytes().index(payload(2, "x" * 40)))

    archive.move_in(read.read_segment(segment.path), tmp_path / "archive")

    back = archive.read_archived(archive.listing(tmp_path / "archive")[0])
    assert [f.number for f in back.frames] == [1, 3]
    assert len(back.holes) == 1


def test_a_damaged_archive_is_refused(segment: Segment, tmp_path: Path) -> None:
    segment.append(1, payload(1))
    target = archive.move_in(read.read_segment(segment.path), tmp_path / "archive")
    assert target is not None
    flip(target, target.stat().st_size // 2)

    with pytest.raises(CorruptData):
        archive.read_archived(archive.listing(tmp_path / "archive")[0])


def test_an_archive_with_a_foreign_seal_is_refused(segment: Segment, tmp_path: Path) -> None:
    segment.append(1, payload(1))
    segment.seal()
    target = archive.move_in(read.read_segment(segment.path), tmp_path / "archive")
    assert target is not None
    data = bytearray(compress.decompress(target.read_bytes(), archive.LIMIT))
    data[data.index(b"\0", frame.HEADER.size + 40)] ^= 1  # Padding, which no frame's own digest covers.
    target.write_bytes(compress.compress(bytes(data)))

    with pytest.raises(CorruptData):
        archive.read_archived(archive.listing(tmp_path / "archive")[0])


def test_an_empty_segment_goes_without_an_archive(segment: Segment, tmp_path: Path) -> None:
    assert archive.move_in(read.read_segment(segment.path), tmp_path / "archive") is None
    assert list(tmp_path.iterdir()) == []


def test_strange_names_in_the_archive_are_passed_by(tmp_path: Path) -> None:
    for name in ("notes.txt", "jarvis.xyz-1-2.seg.zst", f"jarvis.{WRITER}-1-2.seg.zst.damaged-1"):
        (tmp_path / name).touch()

    assert archive.listing(tmp_path) == []
    assert archive.listing(tmp_path / "nowhere") == []


def fail(descriptor: int) -> None:
    raise OSError(5, "planted")


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def test_a_frame_that_a_read_beside_its_writer_missed_is_read_again(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = [written(segment, number) for number in range(1, 5)]
    whole = segment.path.read_bytes()
    torn = whole[: ends[0]] + bytes(ends[2] - ends[0]) + whole[ends[2] :]
    reads = iter([torn, whole])
    monkeypatch.setattr(read, "read_whole", lambda path: next(reads))

    found = read.read_segment(segment.path)

    assert [each.number for each in found.frames] == [1, 2, 3, 4]
    assert found.holes == []


def test_a_hole_that_stays_is_a_hole(segment: Segment) -> None:
    ends = [written(segment, number) for number in range(1, 5)]
    with segment.path.open("r+b") as file:
        file.seek(ends[0])
        file.write(bytes(ends[2] - ends[0]))

    found = read.read_segment(segment.path)

    assert [each.number for each in found.frames] == [1, 4]
    assert [(hole.offset, hole.length) for hole in found.holes] == [(ends[0], ends[2] - ends[0])]
