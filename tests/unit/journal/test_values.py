"""Side files' promises: there before the event that names them, and never another value than was put."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData, JournalUnavailable
from jarvis_ctx.journal.values import Values, is_reference

JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(), st.lists, max_leaves=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_any_body_comes_back(tmp_path: Path, body: dict[str, Any]) -> None:
    values = Values(tmp_path)
    encoded = exact.encode(body)

    reference = values.put(encoded)

    assert is_reference(reference)
    assert exact.from_tree(values.get(reference)) == body


def test_equal_bodies_share_a_file(tmp_path: Path) -> None:
    values = Values(tmp_path)

    assert values.put(b'{"a":1}') == values.put(b'{"a":1}')
    assert len(list((tmp_path / "values").iterdir())) == 1


@pytest.mark.parametrize("damage", [lambda p: p.write_bytes(b'{"a":2}'), lambda p: p.unlink()], ids=["changed", "gone"])
def test_a_side_file_that_is_not_what_was_put_is_refused(tmp_path: Path, damage: Any) -> None:
    values = Values(tmp_path)
    reference = values.put(b'{"a":1}')
    damage(tmp_path / "values" / reference["$value"])

    with pytest.raises(CorruptData):
        values.get(reference)


@pytest.mark.parametrize("damage", [b'{"a":2}', b"", b'{"a":1}more'], ids=["changed", "empty", "longer"])
def test_a_damaged_side_file_is_written_anew_when_its_body_comes_again(tmp_path: Path, damage: bytes) -> None:
    values = Values(tmp_path)
    reference = values.put(b'{"a":1}')
    (tmp_path / "values" / reference["$value"]).write_bytes(damage)

    values.put(b'{"a":1}')

    assert values.get(reference) == {"a": 1}


def test_a_side_file_that_finds_no_room_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(JournalUnavailable, match="No space left"):
        Values(tmp_path).put(b'{"a":1}')


def test_a_side_file_that_is_taken_up_again_is_young_again(tmp_path: Path) -> None:
    values = Values(tmp_path)
    path = tmp_path / "values" / values.put(b'{"a":1}')["$value"]
    os.utime(path, (0, 0))

    values.put(b'{"a":1}')

    assert path.stat().st_mtime > 0


@pytest.mark.parametrize("name", ["../../secret.key", "", "x" * 64, "0" * 64 + "\n", 7, None])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: Any) -> None:
    with pytest.raises(CorruptData, match="no side file can have"):
        Values(tmp_path).get({"$value": name, "bytes": 1})


@pytest.mark.parametrize("body", [{}, {"$value": "x"}, {"$value": "x", "status": 1}, {"bytes": 1, "value": 2}])
def test_a_persons_own_body_is_no_reference(body: dict[str, Any]) -> None:
    assert not is_reference(body)
