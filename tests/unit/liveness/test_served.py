"""Where a store is served is found as long as its server lives, and about no other store."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.liveness import identity, served
from jarvis_ctx.liveness.served import Note

URL = "http://127.0.0.1:3004"
GONE = msgspec.structs.replace(identity.this_process(), created=1.0, ticks=1)


def test_a_server_is_found_until_it_drops_its_note(tmp_path: Path) -> None:
    note = Note(tmp_path, "crew", URL)
    note.put()
    found, (path,) = served.living(tmp_path, "crew"), tmp_path.iterdir()
    mode = stat.S_IMODE(path.stat().st_mode)

    note.drop()

    assert (found, mode) == ([URL], 0o600)
    assert served.living(tmp_path, "crew") == []


def test_a_server_that_was_killed_is_not_found_and_the_next_removes_its_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(identity, "this_process", lambda: GONE)
        Note(tmp_path, "crew", "http://127.0.0.1:4000").put()
    found = served.living(tmp_path, "crew")

    Note(tmp_path, "crew", URL).put()

    assert (found, served.living(tmp_path, "crew")) == ([], [URL])
    assert len(list(tmp_path.iterdir())) == 1


def test_a_note_is_about_its_own_store_and_orchestrator(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    Note(tmp_path / "store", "crew", URL).put()
    copy = shutil.copytree(tmp_path / "store", tmp_path / "copy")

    assert served.living(tmp_path / "store", "another") == []
    assert served.living(copy, "crew") == []


def test_a_forked_child_leaves_its_parents_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = Note(tmp_path, "crew", URL)
    note.put()

    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: 1)
        note.drop()

    assert served.living(tmp_path, "crew") == [URL]


def test_one_that_listens_everywhere_is_reached_at_this_machine(tmp_path: Path) -> None:
    Note(tmp_path, "crew", "http://0.0.0.0:3004").put()

    assert served.living(tmp_path, "crew") == [URL]


def test_a_note_that_cannot_be_written_harms_nobody(tmp_path: Path) -> None:
    note = Note(tmp_path / "gone", "crew", URL)

    note.put()
    note.drop()

    assert served.living(tmp_path / "gone", "crew") == []
