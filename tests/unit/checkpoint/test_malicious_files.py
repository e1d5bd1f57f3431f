"""No malicious pickle in a checkpoint file is loaded, whoever signed it and for whatever."""

from __future__ import annotations

import pickle
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.checkpoint.files import PURPOSE, CheckpointFiles
from jarvis_ctx.checkpoint.forms import FORMAT, Line
from jarvis_ctx.codec import compress, sign
from jarvis_ctx.errors import CorruptData, NotOurs
from tests.contract.records import snapshot
from tests.unit.codec import canary
from tests.unit.codec.malicious import NAMES, PICKLES, called

EVIL = {**PICKLES, **{f"{module[:40]!r} {name[:40]!r}": called(module, name) for module, name in NAMES}}


def write(path: Path, evil: bytes, key: sign.Key, purpose: str, epoch: int = 1) -> None:
    """A checkpoint file of a genuine header over a malicious pickle."""
    header, data = snapshot("a", epoch=epoch).header, compress.compress(evil)
    mac = sign.mac(key, purpose, msgspec.json.encode(header), data)
    path.write_bytes(msgspec.json.encode(Line(format=FORMAT, header=header, key=key.id, mac=mac)) + b"\n" + data)


@pytest.mark.parametrize("signed", ["genuinely", "for another purpose", "by another key", "not at all"])
def test_no_malicious_pickle_in_a_checkpoint_is_loaded_or_run(tmp_path: Path, signed: str) -> None:
    key = sign.load_or_create_key(tmp_path / "secret.key")
    other = sign.load_or_create_key(tmp_path / "other.key")
    files = CheckpointFiles(tmp_path, "jarvis", key)
    path = tmp_path / "recovery_jarvis.1.pkl"
    canary.songs.clear()

    for evil in EVIL.values():
        write(path, evil, other if signed == "by another key" else key, "state" if "purpose" in signed else PURPOSE)
        if signed == "not at all":
            path.write_bytes(evil)
        with pytest.raises((CorruptData, NotOurs)):
            files.load(path)

    assert len(EVIL) >= 60
    assert canary.songs == []


def test_the_canary_sings_when_such_a_file_is_loaded_without_care(tmp_path: Path) -> None:
    canary.songs.clear()

    pickle.loads(PICKLES["protocol 0, text GLOBAL"])

    assert canary.songs
