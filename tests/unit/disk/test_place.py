"""Where a store lies: the kernel says on what file system, and a doubtful place is named."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from jarvis_ctx.disk import place
from jarvis_ctx.sidecar import JarvisContextManager

GIVEN = "memory/store"


@pytest.fixture
def working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a program that is told of a store by a relative path, on a disk like any other."""
    folder = tmp_path / "project" / "scripts"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", [""])
    monkeypatch.setattr(place, "file_system", lambda path: "ext4")
    return folder


def test_the_kind_is_the_kernels_word_also_for_what_is_not_there_yet() -> None:
    assert place.file_system(Path("/proc/self")) == "proc"
    assert place.file_system(Path("/proc/not/there")) == "proc"


@pytest.mark.parametrize(
    ("kind", "safe"),
    [
        ("ext4", True),
        ("xfs", True),
        ("tmpfs", True),
        ("btrfs", False),
        ("nfs4", False),
        ("overlay", False),
        ("", False),
    ],
)
def test_only_on_file_systems_known_to_be_safe_are_segments_mapped(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, safe: bool
) -> None:
    monkeypatch.setattr(place, "file_system", lambda path: kind)

    with JarvisContextManager(store_path, handle_signals=False) as manager:
        assert manager._opened.ground.mapped is safe


def said_at_a_start(store: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What a start says of the folder of its store."""
    with caplog.at_level(logging.WARNING, "jarvis_ctx"):
        JarvisContextManager(store, handle_signals=False).close()
    return [record.getMessage() for record in caplog.records if record.getMessage().startswith(f"{store} ")]


@pytest.mark.parametrize(
    ("kind", "danger"),
    [
        ("nfs4", "a network file system (nfs4), where locks and fsync may not hold."),
        ("fuse.sshfs", "a network file system (fuse.sshfs), where locks and fsync may not hold."),
        ("overlay", "overlay, which is gone after a restart of the machine or container."),
    ],
)
def test_a_network_and_a_passing_file_system_are_named_at_the_start(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str, danger: str
) -> None:
    monkeypatch.setattr(place, "file_system", lambda path: kind)

    assert said_at_a_start(store_path, caplog) == [f"{store_path} is on {danger}"]


@pytest.mark.parametrize("kind", ["ext4", "xfs", ""])
def test_a_file_system_like_any_other_is_not_worth_a_word(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    monkeypatch.setattr(place, "file_system", lambda path: kind)

    assert said_at_a_start(store_path, caplog) == []


def test_an_empty_start_at_a_relative_path_names_the_full_store_that_may_be_meant(working: Path) -> None:
    meant = working.parent / GIVEN
    (meant / "journal").mkdir(parents=True)

    (warning,) = place.warnings(GIVEN, working / GIVEN)

    assert warning == f"{working / GIVEN} starts empty, but there is a store in {meant}; was that one meant?"


def test_a_store_beside_the_program_may_be_meant_too(working: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = working / "program"
    (program / GIVEN / "journal").mkdir(parents=True)
    monkeypatch.setattr("sys.argv", [str(program / "main.py")])

    (warning,) = place.warnings(GIVEN, working / GIVEN)

    assert f"there is a store in {program / GIVEN};" in warning


def test_a_store_that_has_begun_or_was_named_in_full_is_not_doubted(working: Path) -> None:
    (working.parent / GIVEN / "journal").mkdir(parents=True)

    named_in_full = place.warnings(str(working / GIVEN), working / GIVEN)
    (working / GIVEN / "journal").mkdir(parents=True)
    begun = place.warnings(GIVEN, working / GIVEN)

    assert (named_in_full, begun) == ([], [])
