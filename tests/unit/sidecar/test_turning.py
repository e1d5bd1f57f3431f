"""A plain store is encrypted, and an encrypted one made plain, with nothing lost and no halfway."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx.errors import BadEncryptionKey, CorruptData
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.encryption_note import NAME
from jarvis_ctx.sidecar.rekeying import rekey
from tests.unit.retention.test_purge import spread
from tests.unit.retention.unsealed import layers
from tests.unit.sidecar.conftest import OLD
from tests.unit.sidecar.test_rekeying import at

SAID = (b"the password is", rb"\\nhunter2", b"killed while it said")
"""Of a decision, a message in a side file, and a message; ids stay as they are."""
TABLES = ("task_progress", "steps", "runs", "decision_log", "agent_coordination", "leases")

CHILD = """
import os, sys
from unittest.mock import patch
from jarvis_ctx import settings
from jarvis_ctx.sidecar.rekeying import rekey
with patch(sys.argv[2], lambda *given, **named: os._exit(9)):
    rekey(settings.load({"path": sys.argv[1]}), off=sys.argv[3] == "off")
"""
STEPS = [
    "jarvis_ctx.journal.archive.replace",
    "jarvis_ctx.storage.sqlite.rewriting.replace",
    "jarvis_ctx.retention.resealed.Resealed.leftovers",
    "jarvis_ctx.sidecar.rekeying.end",
]


@pytest.fixture(scope="module")
def spread_plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("spread_plain") / "store"
    spread(store)
    for path in (store / "jarvis_context.db.damaged-1", store / "run-jarvis.fault"):
        path.unlink()
    return store


@pytest.fixture
def plain(spread_plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEYS", OLD)
    return Path(shutil.copytree(spread_plain, tmp_path / "store"))


def given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEYS")


def telling(store: Path) -> list[str]:
    held = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    return [path.name for path, data in held.items() if any(said in data for said in SAID)]


def rows(store: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(store / "jarvis_context.db")) as database:
        return {name: sorted(database.execute(f"SELECT * FROM {name}"), key=str) for name in TABLES}


def test_a_plain_store_is_encrypted_with_nothing_lost(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, told = layers(plain), telling(plain)

    done = rekey(at(plain))

    given(monkeypatch)
    assert (len(told) > 5 and len(max(told, key=len)) == 64, telling(plain), layers(plain)) == (True, [], before)
    assert (done.damaged, rekey(at(plain), dry_run=True).total) == ([], 0)
    assert {row[2] for row in rows(plain)["task_progress"]} <= {"", "[sealed]"}  # type: ignore[index]
    with JarvisContextManager(plain, handle_signals=False) as manager:
        assert {finding.level for finding in manager.insight.doctor({})} <= {"ok", "warning"}


def test_what_was_encrypted_is_plain_again_to_the_last_row(plain: Path) -> None:
    before, tables = layers(plain), rows(plain)
    rekey(at(plain))

    rekey(at(plain), off=True)

    assert (layers(plain), (plain / NAME).exists(), rekey(at(plain), off=True).total) == (before, False, 0)
    assert rows(plain) == tables
    with JarvisContextManager(plain, handle_signals=False) as manager:
        assert manager.conversation()[0].content.startswith("hunter2")


@pytest.mark.crash
@pytest.mark.parametrize("step", STEPS)
def test_killed_halfway_it_is_readable_starts_nothing_and_is_finished_by_the_next(
    plain: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = layers(plain)
    given(monkeypatch)
    status = subprocess.run([sys.executable, "-c", CHILD, str(plain), step, "on"], check=False).returncode

    halfway = layers(plain)
    with pytest.raises(BadEncryptionKey, match="halfway"):
        JarvisContextManager(plain)
    rekey(at(plain))

    assert (status, halfway, layers(plain), telling(plain)) == (9, before, before, [])


@pytest.mark.crash
@pytest.mark.parametrize("step", STEPS[2:])
def test_killed_on_the_way_back_it_is_finished_as_well(
    sealed_store: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = layers(sealed_store)
    status = subprocess.run([sys.executable, "-c", CHILD, str(sealed_store), step, "off"], check=False).returncode

    halfway = layers(sealed_store)
    rekey(at(sealed_store), off=True)

    monkeypatch.delenv("JARVIS_ENCRYPTION_KEY")
    assert (status, halfway, layers(sealed_store)) == (9, before, before)


def test_the_doctor_says_that_a_store_is_halfway(sealed_store: Path) -> None:
    subprocess.run([sys.executable, "-c", CHILD, str(sealed_store), STEPS[0], "off"], check=False)

    view = open_view(sealed_store)
    found = [finding for finding in Insight(view).doctor() if finding.check == "encryption"]
    view.close()

    assert [finding.level for finding in found] == ["problem", "ok"]
    assert "jarvis-ctx rekey --off" in found[0].remedy


def test_only_who_has_the_key_can_say_that_plain_data_counts(sealed_store: Path) -> None:
    record = json.loads((sealed_store / NAME).read_text())
    (sealed_store / NAME).write_text(json.dumps({**record, "turning": {"$sealed": "SlNFMQ=="}}))

    with pytest.raises(CorruptData, match="is damaged"):
        open_view(sealed_store)
    with pytest.raises(CorruptData, match="is damaged"):
        rekey(at(sealed_store))


def test_a_store_in_which_secrets_were_sealed_can_be_sealed_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS", OLD)
    given(monkeypatch)
    with JarvisContextManager(tmp_path / "store", secrets="encrypt", handle_signals=False) as manager:
        manager.set_attribute("login", {"password": "open sesame"})
        manager.log_decision("route", None, "the password is not here")
    before = layers(tmp_path / "store")

    rekey(at(tmp_path / "store"))

    assert (layers(tmp_path / "store"), telling(tmp_path / "store")) == (before, [])
    with JarvisContextManager(tmp_path / "store", handle_signals=False) as manager:
        assert manager.attributes() == {"login": {"password": "open sesame"}}
