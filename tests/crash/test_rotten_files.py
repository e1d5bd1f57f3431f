"""Any file of a store rots, shrinks, goes or is replaced: the right data comes back, or it is said what is gone."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.crash.children import Server
from tests.crash.harness import BUSY, CHECKPOINTING, SEED, Stage, drawn
from tests.crash.readings import contents

pytestmark = pytest.mark.crash

FILES = {
    "database": "jarvis_context.db",
    "log": "jarvis_context.db-wal",
    "segment": "journal/*.seg",
    "archive": "journal/archive/*.zst",
    "value": "journal/values/*",
    "checkpoint": "checkpoints/*.pkl",
    "twin": "checkpoints/*.json",
    "marks": "journal/marks",
    "run": "run-jarvis.json",
    "marker": "CRASH_DETECTED",
}
FLIPS = 200


def flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, len(data)))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def zero(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, len(data) // 4096)) * 4096
    return data[:at] + bytes(min(4096, len(data) - at)) + data[at + 4096 :]


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def garbage(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(data))


def empty(data: bytes, chance: random.Random) -> bytes:
    return b""


HARMS = [flip, zero, truncate, garbage, empty]


@pytest.fixture(scope="module")
def dead(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A store of three runs, of which the first was archived and the last was killed while it recovered, and the store
    as it was before that run.
    """
    folder = tmp_path_factory.mktemp("dead")
    stage = Stage(server, folder, drawn("rotten files"))
    stage.write(calls=130, settings=BUSY, **CHECKPOINTING)
    stage.verify()
    shutil.copytree(stage.store, folder / "older")
    stage.write(calls=130, settings=BUSY, **CHECKPOINTING)
    (stage.store / "CRASH_DETECTED").write_text("{}")
    yield stage.store, folder / "older"
    server.clear()


def rotten(dead: tuple[Path, Path], tmp_path: Path, kind: str) -> tuple[Path, Path]:
    """A copy of the store, and the last file of that kind in it."""
    store = shutil.copytree(dead[0], tmp_path / "copy")
    return store, sorted(store.glob(FILES[kind]))[-1]


def state_and_words(store: Path) -> tuple[dict[str, Any], list[str]]:
    """What a stranger reads, and everything that is said of damage and loss."""
    view = open_view(store, "jarvis")
    try:
        rebuilt = view.rebuilt()
        words = [*view.pulse().damaged, *rebuilt.gathered.damaged, *rebuilt.gathered.lost]
        return contents(rebuilt.state), words + [
            layer.verdict for layer in rebuilt.tried if layer.verdict != "accepted"
        ]
    finally:
        view.close()


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


def started(store: Path) -> tuple[dict[str, Any], list[str]]:
    """The state after a start, and everything that the start says of damage and loss."""
    with JarvisContextManager(store, **BUSY) as manager:
        manager.flush()
        report = manager.recovery_report
        told = [*report.damage, report.possibly_lost, *report.events_lost] if report else []
        return contents(manager.journal.writer.picture()), [word for word in told if word]


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
