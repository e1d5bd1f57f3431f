"""Files that are written together are all there, or none of them is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis_ctx.disk.together import write_together


def test_all_are_there_and_nothing_else_is(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "a.pkl"

    write_together((first, lambda: [b"{", b"}"]), (second, lambda: [b"p"]))

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"{}", "a.pkl": b"p"}


@pytest.mark.parametrize("failing", [0, 1])
def test_where_one_cannot_be_made_the_others_keep_what_they_had(tmp_path: Path, failing: int) -> None:
    paths = [tmp_path / "a.json", tmp_path / "a.pkl"]
    paths[0].write_bytes(b"before")

    def parts(number: int) -> list[bytes]:
        return [b"new", b"" if number != failing else (tmp_path / "absent").read_bytes()]

    with pytest.raises(FileNotFoundError):
        write_together((paths[0], lambda: parts(0)), (paths[1], lambda: parts(1)))

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"before")]


def test_they_take_their_names_in_order_and_their_folder_is_synced_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, named, sync, rename = list[int](), list[str](), os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), sync(descriptor)))
    monkeypatch.setattr(os, "rename", lambda new, path: (named.append(path.name), rename(new, path)))

    write_together((tmp_path / "b", lambda: [b"1"]), (tmp_path / "a", lambda: [b"2"]))

    assert (named, len(synced)) == (["b", "a"], 3)
