"""An encrypted store is sealed anew with another key: nothing needs the old one afterwards, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jarvis_ctx import settings
from jarvis_ctx.cli import main
from jarvis_ctx.codec.sealed import MAGIC, key_of
from jarvis_ctx.errors import AlreadyRunning, BadValue, WrongEncryptionKey
from jarvis_ctx.journal import frame
from jarvis_ctx.retention.purging import _unpacked
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.rekeying import rekey
from tests.unit.insight import spoils
from tests.unit.insight.folders import listing
from tests.unit.retention.unsealed import layers
from tests.unit.sidecar.conftest import NEW, OLD


def at(path: Path, **more: Any) -> Settings:
    return settings.load({"path": path, "encryption_key": "env:KEYS", **more}, environ={})


@pytest.fixture
def old(sealed_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with something in every layer, sealed with the old key; both keys are given, the new one first."""
    monkeypatch.setenv("KEYS", f"{NEW} {OLD}")
    return sealed_store


def test_everything_opens_with_the_new_key_alone(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = layers(old)

    done = rekey(at(old))

    monkeypatch.setenv("KEYS", NEW)
    assert (layers(old), done.damaged, done.aside) == (before, [], [])
    assert min(done.segments, done.archives, done.events, done.values, done.checkpoints, done.reports) > 0
    with JarvisContextManager(old, handle_signals=False) as manager:
        assert {finding.level for finding in manager.insight.doctor({})} <= {"ok", "warning"}


def sealed_with(store: Path, root: str) -> list[str]:
    """The files in which something is sealed with a key, found by its id."""
    id = key_of(bytes.fromhex(root)).id
    heads = [MAGIC + bytes((1, form)) + id for form in (0, 1)]
    marks = [*heads, *(b64encode(head[:12]) for head in heads)]
    held = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    return [path.name for path, data in held.items() if any(mark in data + _unpacked(data) for mark in marks)]


def test_nothing_that_the_old_key_sealed_is_left(old: Path) -> None:
    before = {name.rpartition(".")[2] for name in sealed_with(old, OLD)}

    rekey(at(old))

    assert (before >= {"seg", "zst", "pkl", "json", "db"}, sealed_with(old, OLD)) == (True, [])
    assert json.loads((old / "encryption.json").read_bytes())["keys"] == [key_of(bytes.fromhex(NEW)).id.hex()]


def test_a_dry_run_tells_what_would_be_done_and_does_not_do_it(old: Path) -> None:
    before = listing(old)

    told, unchanged = rekey(at(old), dry_run=True), listing(old) == before
    done, again = rekey(at(old)), rekey(at(old))

    assert (told.events, told.checkpoints, told.leases, unchanged) == (done.events, done.checkpoints, done.leases, True)
    assert (again.total, again.damaged) == (0, [])


def test_a_key_that_is_missing_is_noticed_before_anything_is_changed(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS", f"{NEW} {OLD}")
    rekey(at(old))
    (old / "encryption.json").unlink()
    before = listing(old)
    monkeypatch.setenv("KEYS", "03" * 32)

    with pytest.raises(WrongEncryptionKey, match="Add that key"):
        rekey(at(old))
    with pytest.raises(BadValue, match="the new one first"):
        rekey(at(old, encryption_key=""))

    assert listing(old) == before


def test_a_store_that_somebody_runs_is_left_alone(old: Path) -> None:
    with JarvisContextManager(old, handle_signals=False), pytest.raises(AlreadyRunning):
        rekey(at(old))


def test_a_dry_run_looks_at_a_live_store_too(old: Path) -> None:
    with JarvisContextManager(old, handle_signals=False) as manager:
        manager.set_attribute("since", "then")
        manager.flush()

        told = rekey(at(old), dry_run=True)

    assert (told.total > 0, told.damaged) == (True, [])


def test_what_does_not_open_is_named_and_the_old_key_stays_named(old: Path) -> None:
    archived = sorted((old / "journal" / "archive").iterdir())[0]
    spoils.flip(archived, archived.stat().st_size // 2)
    (old / "jarvis_context.db.replaced-1").write_bytes(b"a copy")

    done = rekey(at(old))

    assert ([archived.name in sentence for sentence in done.damaged], done.aside) == (
        [True],
        ["jarvis_context.db.replaced-1"],
    )
    assert len(json.loads((old / "encryption.json").read_bytes())["keys"]) == 2


def test_a_plain_event_in_the_place_of_a_sealed_one_is_not_sealed_for_its_forger(old: Path) -> None:
    with closing(sqlite3.connect(old / "jarvis_context.db")) as database, database:
        found = database.execute(
            "SELECT writer_id, writers.writer, number, payload FROM events JOIN writers ON writers.id = writer_id "
            "WHERE kind = 'AttributeSet'"
        ).fetchone()
        forged = found[3][: found[3].index(',{"$sealed')] + ',{"value":"forged"}]'
        digest = frame.digester(found[1])(found[2], forged.encode()).hex()
        statement = "UPDATE events SET payload = ?, digest = ? WHERE writer_id = ? AND number = ?"
        database.execute(statement, (forged, digest, found[0], found[2]))

    done = rekey(at(old))

    assert ["it is plain, and encryption is on" in sentence for sentence in done.damaged] == [True]
    with closing(sqlite3.connect(old / "jarvis_context.db")) as database:
        assert database.execute("SELECT count(*) FROM events WHERE payload = ?", (forged,)).fetchone() == (1,)


def test_the_command_says_what_it_does_and_what_to_do_then(old: Path) -> None:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["rekey", "--path", str(old), *arguments])

    dry, told, again = call("--dry-run"), json.loads(call("--json").stdout), call()

    assert (dry.stdout.startswith("Would be sealed anew, copies"), told["done"], told["damaged"]) == (True, True, [])
    assert again.stdout.startswith("Everything that can be opened is sealed with the first key.")
    assert "take them out of the source" in again.stdout
