"""What has been read already is not read again, and nothing that has not is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.journal import read, skim
from jarvis_ctx.sidecar import JarvisContextManager


@pytest.fixture
def paths(store_path: Path) -> Iterator[list[Path]]:
    """The segments of a writer that lives, several of them."""
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        for number in range(30):
            manager.log_decision("size", number, "x" * 150_000, "", "")
        (found,) = read.segment_paths(store_path / "journal").values()
        yield found


def test_whoever_knows_nothing_reads_every_segment(paths: list[Path]) -> None:
    assert len(paths) > 3
    assert skim.beyond(paths, 0) == paths


def test_a_segment_is_read_until_its_last_event_is_known(paths: list[Path]) -> None:
    second = read.read_segment(paths[1])

    assert skim.beyond(paths, second.last - 1)[0] == paths[1]
    assert skim.beyond(paths, second.last)[0] == paths[2]


def test_a_segment_behind_one_that_cannot_be_read_is_read(paths: list[Path]) -> None:
    second, third = read.read_segment(paths[1]), paths[2].read_bytes()
    paths[2].write_bytes(bytes(64) + third[64:])

    assert skim.beyond(paths[:3], second.last)[0] == paths[1]
