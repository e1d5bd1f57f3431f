"""Nothing that a prepared backup holds comes into being outside the store it is put back to, or half."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.backup.restoring import restore, verified
from jarvis_ctx.errors import CorruptData, JarvisError, TooLarge
from tests.unit.backup import hostile


def put_back(source: Path, target: Path) -> None:
    restore(source, target, key=None, replace=False, now="now", progress=lambda done, of: None)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_that_is_no_stores_is_refused(tmp_path: Path, name: str) -> None:
    source = hostile.named(tmp_path / "evil.tar.zst", name)

    with pytest.raises(CorruptData):
        put_back(source, tmp_path / "store")

    assert names(tmp_path) == ["evil.tar.zst"]


@pytest.mark.parametrize("kind", hostile.ARCHIVES)
def test_an_archive_that_is_not_as_it_should_be_is_refused(tmp_path: Path, kind: str) -> None:
    source = hostile.ARCHIVES[kind](tmp_path / "evil.tar.zst")

    with pytest.raises(CorruptData):
        put_back(source, tmp_path / "store")

    assert names(tmp_path) == ["evil.tar.zst"]


@pytest.mark.parametrize("made", [hostile.bomb, hostile.vast])
def test_what_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    source = made(tmp_path / "evil.tar.zst")

    with pytest.raises(TooLarge):
        put_back(source, tmp_path / "store")

    assert names(tmp_path) == ["evil.tar.zst"]


def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    source = hostile.cut(tmp_path / "cut.tar.zst")

    with pytest.raises(CorruptData):
        verified(source, None, lambda done, of: None)


def replaced(name: str, by: Callable[[Path], object]) -> Callable[[Path], object]:
    """Lets something else stand where `name` stood, which is moved away."""

    def spoil(path: Path) -> None:
        (path / name).rename(path / "elsewhere")
        by(path / name)

    return spoil


SPOILS: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: (path / hostile.NAME).write_bytes(b"DATA"),
    "longer": lambda path: (path / hostile.NAME).write_bytes(b"data" * 1000),
    "gone": lambda path: (path / hostile.NAME).unlink(),
    "a link": replaced(hostile.NAME, lambda path: path.symlink_to(path.parents[2] / "elsewhere")),
    "a pipe": replaced(hostile.NAME, os.mkfifo),
    "behind a link": replaced("journal/values", lambda path: path.symlink_to(path.parents[1] / "elsewhere")),
    "without a manifest": lambda path: (path / "manifest.json").unlink(),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_folder_that_is_not_as_its_manifest_says_is_refused(tmp_path: Path, spoil: str) -> None:
    source = hostile.in_folder(tmp_path / "backup", SPOILS[spoil])

    with pytest.raises((JarvisError, OSError)):
        put_back(source, tmp_path / "store")

    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_a_folder_as_its_manifest_says_is_put_back(tmp_path: Path) -> None:
    source = hostile.in_folder(tmp_path / "backup", lambda path: None)

    put_back(source, tmp_path / "store")

    assert (tmp_path / "store" / hostile.NAME).read_bytes() == hostile.DATA
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "store" / hostile.NAME).stat().st_mode & 0o777 == 0o600
