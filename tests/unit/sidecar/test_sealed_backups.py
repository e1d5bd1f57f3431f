"""A backup of an encrypted store holds nothing that its key does not open, and is put back like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.backup.restoring import verified
from jarvis_ctx.codec.streams import unpacking
from jarvis_ctx.errors import EncryptionKeyMissing
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.backups import restore, take
from jarvis_ctx.sidecar.rekeying import rekey
from tests.unit.retention.unsealed import layers
from tests.unit.sidecar.conftest import NEW, OLD
from tests.unit.sidecar.test_rekeying import at

LEAKED = b"the password is"


@pytest.mark.parametrize("name", ["b", "b.tar.zst"])
def test_a_backup_tells_nothing_and_gives_everything_back(sealed_store: Path, tmp_path: Path, name: str) -> None:
    before, target = layers(sealed_store), tmp_path / name

    take(at(sealed_store, encryption_key=""), target)
    restore(at(tmp_path / "new", encryption_key=""), target)

    assert LEAKED not in told(target)
    assert (layers(tmp_path / "new"), verified(target, None, lambda done, of: None).damaged) == (before, [])


def told(target: Path) -> bytes:
    """Every byte of a backup, unpacked."""
    if target.is_dir():
        return b"".join(path.read_bytes() for path in target.rglob("*") if path.is_file())
    with target.open("rb") as file, unpacking(file) as spring:
        return b"".join(iter(lambda: spring.read(1_048_576), b""))


def test_a_backup_of_a_live_store_opens_with_its_key_alone(
    sealed_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JarvisContextManager(sealed_store, handle_signals=False) as manager:
        manager.set_attribute("token", "said since")
        manager.backup(tmp_path / "b")
    restore(at(tmp_path / "new"), tmp_path / "b")

    with JarvisContextManager(tmp_path / "new", handle_signals=False) as manager:
        found = manager.attributes()
    monkeypatch.delenv("JARVIS_ENCRYPTION_KEY")
    with pytest.raises(EncryptionKeyMissing):
        JarvisContextManager(tmp_path / "new")

    assert found == {"token": "said since"}


def test_a_backup_of_before_opens_with_the_key_of_before(
    sealed_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = layers(sealed_store)
    take(at(sealed_store), tmp_path / "b")
    monkeypatch.setenv("KEYS", f"{NEW} {OLD}")
    rekey(at(sealed_store))

    restore(at(tmp_path / "new"), tmp_path / "b")

    monkeypatch.setenv("KEYS", OLD)
    assert layers(tmp_path / "new") == before
