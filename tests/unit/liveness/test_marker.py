"""The marker's promises: there from detection to completion, counting, and believed even when damaged."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jarvis_ctx.liveness.marker import NAME, CrashMarker


def test_it_is_there_from_the_detection_until_recovery_is_complete(tmp_path: Path) -> None:
    marker = CrashMarker(tmp_path)
    before = marker.path.exists()

    marker.set("jarvis", "run 1")
    during = marker.path.exists()
    marker.clear("jarvis")

    assert (before, during, marker.path.exists()) == (False, True, False)
    assert marker.path.name == NAME == "CRASH_DETECTED"


def test_it_counts_the_recoveries_that_were_begun(tmp_path: Path) -> None:
    counts = [CrashMarker(tmp_path).set("jarvis", "run 1") for _ in range(3)]

    found = CrashMarker(tmp_path).of("jarvis")

    assert counts == [1, 2, 3]
    assert found is not None
    assert (found.run, found.begun) == ("run 1", 3)


def test_orchestrators_of_one_store_have_their_own_entries(tmp_path: Path) -> None:
    marker = CrashMarker(tmp_path)
    marker.set("one", "run 1")
    marker.set("two", "run 2")
    both = set(marker.entries())

    marker.clear("one")

    assert both == {"one", "two"}
    assert marker.of("one") is None
    assert marker.of("two") is not None
    assert marker.path.exists()


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b"[1]", b'{"jarvis":7}'])
def test_a_marker_that_says_nothing_readable_starts_a_recovery_of_everyone(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / NAME).write_bytes(damage)
    marker = CrashMarker(tmp_path)

    found = marker.of("jarvis")

    assert found is not None
    assert marker.set("jarvis", "run 1") == 1
    marker.clear("jarvis")
    assert not marker.path.exists()


def test_clearing_what_is_not_there_does_nothing(tmp_path: Path) -> None:
    CrashMarker(tmp_path).clear("jarvis")

    assert list(tmp_path.iterdir()) == []


def test_orchestrators_that_recover_at_the_same_time_change_nothing_of_each_others(tmp_path: Path) -> None:
    wrong: list[str] = []

    def recover(name: str) -> None:
        for _ in range(15):
            marker = CrashMarker(tmp_path)
            marker.set(name, "run")
            wrong.extend([] if name in marker.entries() else [f"{name} was forgotten"])
            marker.clear(name)
            wrong.extend([f"{name} came back"] if name in marker.entries() else [])

    threads = [threading.Thread(target=recover, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
