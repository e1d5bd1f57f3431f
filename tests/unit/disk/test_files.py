"""Promises about files: ours alone, whole or not there, moved aside rather than deleted."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.disk import files
from jarvis_ctx.errors import UnsafeFolder


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct, autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the umask."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_and_files_are_private(tmp_path: Path) -> None:
    folder = files.private_folder(tmp_path / "a" / "b")
    files.write_whole(folder / "c", b"1")
    os.close(files.open_or_create(folder / "d"))

    assert (mode(folder), mode(folder / "c"), mode(folder / "d")) == (0o700, 0o600, 0o600)


def test_a_new_folder_s_name_is_durable_and_so_are_those_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = list[Path]()
    monkeypatch.setattr(files, "sync_folder", synced.append)

    for _ in range(2):
        files.private_folder(tmp_path / "a" / "b")

    assert synced == [tmp_path, tmp_path / "a"]


def test_a_folder_in_one_that_may_not_be_opened_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(files, "sync_folder", refuse)

    assert files.private_folder(tmp_path / "store").is_dir()


def test_a_folder_of_ours_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(0o755)

    assert mode(files.private_folder(tmp_path / "store")) == 0o700


@pytest.mark.parametrize("wide", [0o770, 0o707, 0o777])
def test_a_folder_others_may_write_is_refused_and_left_as_it_is(tmp_path: Path, wide: int) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(wide)

    with pytest.raises(UnsafeFolder, match=r"can be written by others .* run: chmod 700"):
        files.private_folder(tmp_path / "store")

    assert mode(tmp_path / "store") == wide


def test_a_folder_of_someone_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    with pytest.raises(UnsafeFolder, match="belongs to user"):
        files.private_folder(tmp_path)


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").touch()

    with pytest.raises(UnsafeFolder, match="is not a folder"):
        files.private_folder(tmp_path / "store")


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_whole(tmp_path / "a", b"before")

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_whole(tmp_path / "a", b"after")

    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"before")]


def test_what_a_killed_write_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.12345678.tmp", "a", ".hidden", "b.tmp"):
        (tmp_path / name).touch()

    files.sweep_temporaries(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "a", "b.tmp"]


def test_a_new_file_never_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExistsError):
        files.create(tmp_path / "link")
    with pytest.raises(OSError, match="symbolic"):
        files.open_or_create(tmp_path / "link")


def test_damaged_files_are_moved_aside_each_under_its_own_name(tmp_path: Path) -> None:
    targets = []
    for content in (b"1", b"2", b"3"):
        (tmp_path / "marks").write_bytes(content)
        targets.append(files.move_aside(tmp_path / "marks", "damaged"))

    assert [(t.name, t.read_bytes()) for t in targets] == [
        ("marks.damaged-1", b"1"),
        ("marks.damaged-2", b"2"),
        ("marks.damaged-3", b"3"),
    ]
