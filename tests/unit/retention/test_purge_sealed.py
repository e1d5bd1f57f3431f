"""A leaked value is taken out of an encrypted store: opened, cleaned, sealed again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import EncryptionKeyMissing
from jarvis_ctx.retention.needle import MARKER
from jarvis_ctx.sidecar.purges import purge
from tests.unit.retention.aged import begin
from tests.unit.retention.test_killed import killed_at
from tests.unit.retention.test_purge import SECRET, at, spread
from tests.unit.retention.unsealed import layers

KEY, LEAKED = "ab" * 32, "hunter2"
SOURCE = {"encryption_key": "env:PURGE_KEY"}


@pytest.fixture(scope="module")
def key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PURGE_KEY", KEY)
        patch.setenv("JARVIS_ENCRYPTION_KEY", "env:PURGE_KEY")
        yield


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, key: None) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "store"
    spread(path)
    return path


@pytest.fixture
def leaky(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:PURGE_KEY")
    return Path(shutil.copytree(sealed, tmp_path / "leaky"))


def telling(store: Path) -> set[str]:
    return {layer for layer, text in layers(store).items() if LEAKED in text}


def test_no_layer_of_an_encrypted_store_tells_a_purged_value(leaky: Path) -> None:
    before = telling(leaky)

    purged, again = purge(at(leaky, **SOURCE), SECRET), purge(at(leaky, **SOURCE), SECRET)

    assert before == {"segments", "archive", "rows", "snapshots", "signed", "twins", "emergencies", "leases", "reports"}
    assert (telling(leaky), purged.total > 0, again.total) == (set(), True, 0)
    assert [path for path in leaky.rglob("*") if path.is_file() and LEAKED.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("lost", ["nothing", "jarvis_context.db*", "checkpoints/*"])
def test_every_layer_still_gives_the_state_after_a_purge(leaky: Path, lost: str) -> None:
    purge(at(leaky, **SOURCE), SECRET)
    for path in leaky.glob(lost):
        path.unlink()

    with begin(leaky, 3) as manager:
        manager.flush()
        tasks = {task["id"]: task for task in manager.tasks()}

        assert tasks[f"task {MARKER}"]["description"] == MARKER
        assert manager.attributes() == {"token": [MARKER, {MARKER: MARKER.encode()}]}
        assert manager.conversation()[0].content == MARKER * 2000
        assert manager.insight.doctor({})[0].level != "problem"


def test_without_the_key_nothing_is_purged(leaky: Path) -> None:
    before = {path: path.read_bytes() for path in leaky.rglob("*") if path.is_file()}

    with pytest.raises(EncryptionKeyMissing, match="encryption_key"):
        purge(at(leaky, encryption_key=""), SECRET)

    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.crash
@pytest.mark.parametrize(
    "step",
    [
        "jarvis_ctx.journal.archive.replace",
        "jarvis_ctx.storage.sqlite.upkeep.SqliteUpkeep.purge",
        "jarvis_ctx.sidecar.purges.clean_leases",
    ],
)
def test_a_purge_of_an_encrypted_store_that_is_killed_is_finished_by_the_next(leaky: Path, step: str) -> None:
    status = killed_at(leaky, step, "purge", SECRET)

    purge(at(leaky, **SOURCE), SECRET)

    assert (status, telling(leaky)) == (9, set())
    with begin(leaky, 3) as manager:
        assert manager.conversation()[0].content == MARKER * 2000


def test_a_value_is_purged_from_a_store_in_which_only_secrets_are_sealed(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, key: None
) -> None:
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:PURGE_KEY")
    monkeypatch.setenv("JARVIS_SECRETS", "encrypt")
    with begin(store_path, 0) as manager:
        manager.set_attribute("login", {"password": "open sesame", "of": SECRET})
        manager.log_agent_message("a", "b", f"plain {SECRET}")
        manager.checkpoint()

    purge(at(store_path, secrets="encrypt", **SOURCE), SECRET)

    assert telling(store_path) == set()
    with begin(store_path, 1) as manager:
        assert manager.attributes() == {"login": {"password": "open sesame", "of": MARKER}}
