"""Any file of a store rots, shrinks, goes or is replaced: the right data comes back, or it is said what is gone."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash import rotting
from tests.crash.children import Server
from tests.crash.harness import SEED, Stage, drawn
from tests.crash.rotting import FILES, HARMS, flip, started, state_and_words

pytestmark = pytest.mark.crash

FLIPS = 200


@pytest.fixture(scope="module")
def dead(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A store of three runs, and as it was before the last one."""
    folder = tmp_path_factory.mktemp("dead")
    yield rotting.lived(Stage(server, folder, drawn("rotten files")), folder / "older"), folder / "older"
    server.clear()


def rotten(dead: tuple[Path, Path], tmp_path: Path, kind: str) -> tuple[Path, Path]:
    """A copy of the store, and the last file of that kind in it."""
    store = shutil.copytree(dead[0], tmp_path / "copy")
    return store, sorted(store.glob(FILES[kind]))[-1]


@pytest.mark.parametrize("kind", ["database", "log", "segment", "archive", "value", "checkpoint", "twin", "marks"])
def test_no_flipped_bit_changes_what_is_read_without_a_word(dead: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    chance = random.Random(f"{SEED}:{kind}")
    right, _ = state_and_words(dead[0])
    store, file = rotten(dead, tmp_path, kind)
    sound = file.read_bytes()

    for _ in range(FLIPS // 8):
        file.write_bytes(flip(sound, chance))
        found, words = state_and_words(store)

        assert found == right or words


@pytest.fixture(scope="module")
def right(dead: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state after a start of the sound store."""
    return started(shutil.copytree(dead[0], tmp_path_factory.mktemp("sound") / "copy"))[0]


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("kind", FILES)
def test_a_start_after_damage_has_the_right_data_or_says_what_is_gone(
    dead: tuple[Path, Path],
    right: dict[str, Any],
    tmp_path: Path,
    kind: str,
    harm: Callable[[bytes, random.Random], bytes],
) -> None:
    store, file = rotten(dead, tmp_path, kind)
    file.write_bytes(harm(file.read_bytes(), random.Random(f"{SEED}:{kind}:{harm.__name__}")))

    found, words = started(store)
    assert found == right or words


@pytest.mark.parametrize("kind", FILES)
def test_a_start_after_a_loss_has_the_right_data_or_says_what_is_gone(
    dead: tuple[Path, Path], right: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    store, _ = rotten(dead, tmp_path, kind)
    for file in store.glob(FILES[kind]):
        file.unlink()

    found, words = started(store)
    assert found == right or words


@pytest.mark.parametrize("kind", ["database", "log", "marks", "run", "segment"])
def test_a_start_with_an_older_copy_has_the_right_data_or_says_what_is_gone(
    dead: tuple[Path, Path], right: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    store, _ = rotten(dead, tmp_path, kind)
    for file in dead[1].glob(FILES[kind]):
        shutil.copyfile(file, store / os.path.relpath(file, dead[1]))

    found, words = started(store)
    assert found == right or words


def test_what_was_mended_once_needs_no_mending_again(dead: tuple[Path, Path], tmp_path: Path) -> None:
    store, file = rotten(dead, tmp_path, "database")
    file.write_bytes(b"garbage" * 1000)
    found, words = started(store)

    again = started(store)

    assert words
    assert again == (found, [])
