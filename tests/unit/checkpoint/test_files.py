"""Checkpoint files that were tampered with are not loaded, and none of their pickle is."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import compress, pickled, sign
from jarvis_ctx.errors import CorruptData, NotOurs, OtherVersion
from tests.unit.checkpoint.taking import Scene


@pytest.fixture
def file(scene: Scene) -> Path:
    scene.progress(10)
    scene.keeper.take()
    return scene.files.signed()[0]


def parts(file: Path) -> tuple[dict[str, object], bytes]:
    line, _, data = file.read_bytes().partition(b"\n")
    return json.loads(line), data


def test_any_flipped_bit_or_missing_end_is_noticed(scene: Scene, file: Path) -> None:
    whole = file.read_bytes()
    for at in range(0, len(whole), 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((CorruptData, NotOurs)):
            scene.files.load(file)
    for length in range(0, len(whole), 11):
        file.write_bytes(whole[:length])
        with pytest.raises((CorruptData, NotOurs)):
            scene.files.load(file)


def test_any_flipped_bit_of_a_twin_is_noticed_too(scene: Scene, file: Path) -> None:
    twin = file.with_suffix(".json")
    whole, state = twin.read_bytes(), scene.state
    silent = []
    for at in range(len(whole)):
        twin.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            silent += [at] if scene.files.load(twin)[1] != state else []
        except CorruptData:
            continue

    assert silent == []


def test_a_pickle_that_nobody_signed_is_never_unpickled(scene: Scene, file: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    line, _ = parts(file)
    evil = compress.compress(b"cpathlib\nPath\n(S'" + str(canary).encode() + b"'\ntR.")
    file.write_bytes(json.dumps(line).encode() + b"\n" + evil)

    with pytest.raises(NotOurs):
        scene.files.load(file)

    assert not canary.exists()


def test_a_file_signed_with_another_store_s_key_is_refused(scene: Scene, file: Path, tmp_path: Path) -> None:
    other = CheckpointFiles(scene.folder, "jarvis", sign.load_or_create_key(tmp_path / "other.key"))

    with pytest.raises(NotOurs, match="another key"):
        other.load(file)


def test_without_a_key_the_signed_file_is_refused_and_the_twin_serves(scene: Scene, file: Path) -> None:
    keyless = CheckpointFiles(scene.folder, "jarvis", None)

    with pytest.raises(NotOurs):
        keyless.load(file)

    assert keyless.load(file.with_suffix(".json"))[1] == scene.state


def test_a_header_of_another_checkpoint_does_not_pass_for_this_one_s(scene: Scene, file: Path) -> None:
    scene.progress(20)
    scene.keeper.take()
    newer = scene.files.signed()[0]
    (old, data), (new, _) = parts(file), parts(newer)
    file.write_bytes(json.dumps({**new, "mac": old["mac"]}).encode() + b"\n" + data)

    with pytest.raises(NotOurs):
        scene.files.load(file)


def test_signed_bytes_that_hold_something_else_are_damage_not_a_crash(scene: Scene, file: Path) -> None:
    line, _ = parts(file)
    data = compress.compress(pickled.dumps(["no state"]))
    header = scene.files.header(file)
    assert header is not None
    line["mac"] = sign.mac(scene.key, "checkpoint", msgspec.json.encode(header), data)
    file.write_bytes(json.dumps(line).encode() + b"\n" + data)

    with pytest.raises(CorruptData, match="holds no state"):
        scene.files.load(file)


def test_another_orchestrator_s_checkpoint_is_refused(scene: Scene, file: Path) -> None:
    other = CheckpointFiles(scene.folder, "other", scene.key)

    with pytest.raises(CorruptData, match="belongs to 'jarvis'"):
        other.load(file)
    assert other.signed() == []


def test_a_name_that_begins_like_another_does_not_list_the_other_s_files(scene: Scene, file: Path) -> None:
    longer = CheckpointFiles(scene.folder, "jar", scene.key)

    assert longer.signed() == longer.twins() == longer.emergencies() == []


def test_a_state_of_another_fold_is_told_from_a_damaged_one(scene: Scene) -> None:
    scene.state.version += 1
    scene.progress(10)
    scene.keeper.take()

    with pytest.raises(OtherVersion):
        scene.files.load(scene.files.signed()[0])
