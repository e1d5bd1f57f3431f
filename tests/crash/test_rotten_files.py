"""Any file of a store rots, shrinks, goes or is replaced: what stands elsewhere is right, and the rest is named."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from jarvis_ctx.journal import gather
from tests.crash import rotting
from tests.crash import sound as judge
from tests.crash.children import Server
from tests.crash.harness import SEED, Stage, drawn
from tests.crash.rotting import FILES, HARMS, flip, started
from tests.crash.sound import Sound

pytestmark = pytest.mark.crash

FLIPS = 200


@pytest.fixture(scope="module")
def dead(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A store of three runs, and as it was before the last one."""
    folder = tmp_path_factory.mktemp("dead")
    yield rotting.lived(Stage(server, folder, drawn("rotten files")), folder / "older"), folder / "older"
    server.clear()


@pytest.fixture(scope="module")
def sound(dead: tuple[Path, Path]) -> Sound:
    """What that store is while nothing has happened to it."""
    found = Sound(dead[0])
    assert not found.wrong
    return found


def rotten(dead: tuple[Path, Path], tmp_path: Path, kind: str) -> tuple[Path, Path]:
    """A copy of the store, and the last file of that kind in it."""
    store = shutil.copytree(dead[0], tmp_path / "copy")
    return store, sorted(store.glob(FILES[kind]))[-1]


@pytest.mark.parametrize("kind", ["database", "log", "segment", "archive", "value", "checkpoint", "twin", "marks"])
def test_a_flipped_bit_costs_nothing_that_stands_elsewhere_and_the_rest_is_named(
    dead: tuple[Path, Path], sound: Sound, tmp_path: Path, kind: str
) -> None:
    chance = random.Random(f"{SEED}:{kind}")
    store, file = rotten(dead, tmp_path, kind)
    before = file.read_bytes()

    for _ in range(FLIPS // 8):
        file.write_bytes(flip(before, chance))

        assert not sound.judge(store, [file], starts=False).wrong


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("kind", FILES)
def test_a_start_after_damage_lacks_nothing_that_stands_elsewhere_and_the_rest_is_named(
    dead: tuple[Path, Path],
    sound: Sound,
    tmp_path: Path,
    kind: str,
    harm: Callable[[bytes, random.Random], bytes],
) -> None:
    store, file = rotten(dead, tmp_path, kind)
    file.write_bytes(harm(file.read_bytes(), random.Random(f"{SEED}:{kind}:{harm.__name__}")))

    assert not sound.judge(store, [file]).wrong


@pytest.mark.parametrize("kind", FILES)
def test_a_start_after_a_loss_lacks_nothing_that_stands_elsewhere_and_the_rest_is_named(
    dead: tuple[Path, Path], sound: Sound, tmp_path: Path, kind: str
) -> None:
    store, _ = rotten(dead, tmp_path, kind)
    files = list(store.glob(FILES[kind]))
    for file in files:
        file.unlink()

    assert not sound.judge(store, files).wrong


@pytest.mark.parametrize("kind", ["database", "log", "marks", "run", "segment"])
def test_a_start_with_an_older_copy_lacks_nothing_that_stands_elsewhere_and_the_rest_is_named(
    dead: tuple[Path, Path], sound: Sound, tmp_path: Path, kind: str
) -> None:
    store, _ = rotten(dead, tmp_path, kind)
    copies = {file: store / os.path.relpath(file, dead[1]) for file in dead[1].glob(FILES[kind])}
    for file, place in copies.items():
        shutil.copyfile(file, place)

    assert not sound.judge(store, list(copies.values())).wrong


def test_the_judge_finds_a_database_that_does_not_fill_what_a_segment_lacks(
    dead: tuple[Path, Path], sound: Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = rotten(dead, tmp_path, "segment")
    drained = store / next(path for path, keys in sound.only.items() if path.endswith(".seg") and not keys)
    drained.write_bytes(bytes(4096))
    whole = sound.judge(store, [drained], starts=False)

    monkeypatch.setattr(gather._Search, "store", lambda self, store: None)
    broken = sound.judge(store, [drained], starts=False)

    assert not whole.wrong
    assert "that stand elsewhere, too" in broken.wrong[0]


def test_the_judge_finds_numbers_that_are_named_as_lost_and_are_not(
    dead: tuple[Path, Path], sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of as many as a damaged number makes them, it names the first."""
    writer, look = sound.events[0].writer, judge.look
    monkeypatch.setattr(judge, "look", lambda store: replace(look(store), lost={writer: [(1, 10**15)]}))

    found = sound.judge(dead[0], [], starts=False)

    shown = ", ".join(f"{number} of {writer}" for number in range(1, 6))
    assert found.wrong == (f"events are named as lost, and are not: {shown}",)


def test_what_was_mended_once_needs_no_mending_again(dead: tuple[Path, Path], tmp_path: Path) -> None:
    store, file = rotten(dead, tmp_path, "database")
    file.write_bytes(b"garbage" * 1000)
    found, words = started(store)

    again = started(store)

    assert words
    assert again == (found, [])
