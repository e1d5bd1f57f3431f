"""An encrypted store tells nothing without its key, takes nothing that is not its own, and recovers like any other."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from jarvis_ctx import settings
from jarvis_ctx.cli import main
from jarvis_ctx.errors import BadEncryptionKey, EncryptionKeyMissing, WrongEncryptionKey
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal import frame
from jarvis_ctx.sidecar import JarvisContextManager, open_view, request_checkpoint
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.rebuilding import rebuild_database
from tests.unit.retention.aged import begin, old_store
from tests.unit.sidecar.sealing import LARGE, PLAIN

KEY, OTHER = "01" * 32, "02" * 32
ATTRIBUTES = {"queue": (PLAIN, b"x"), "last": PLAIN}


def killed(path: Path, secrets: str) -> Path:
    """The store of a process that was killed."""
    path.mkdir(mode=0o700)
    command = [sys.executable, "-m", "tests.unit.sidecar.sealing", str(path), secrets]
    subprocess.run(command, check=False, timeout=120, env={"KEYS": KEY, "PYTHONPATH": ":".join(sys.path)})
    return path


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encrypted store; not to be touched."""
    return killed(tmp_path_factory.mktemp("sealed") / "store", "keep")


@pytest.fixture
def dead(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "dead"))


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", KEY)
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEYS")


def telling(store: Path) -> list[str]:
    """The files that tell the plain text."""
    return [path.name for path in store.rglob("*") if path.is_file() and PLAIN.encode() in path.read_bytes()]


def test_no_file_of_the_folder_tells_what_was_said_neither_before_nor_after_the_recovery(dead: Path) -> None:
    before = telling(dead)
    with JarvisContextManager(dead) as manager:
        manager.checkpoint()
        during = telling(dead)

    assert (before, during, telling(dead)) == ([], [], [])
    assert {"emergency_jarvis", "recovery_report_jarvis", "encryption"} <= {
        f.name.split(".")[0] for f in dead.iterdir()
    }
    assert list((dead / "journal" / "archive").iterdir())


def test_a_recovery_finds_everything(dead: Path) -> None:
    with JarvisContextManager(dead, resume="skip") as manager:
        report, task = manager.recovery_report, manager.tasks()[0]
        said = manager.decisions()[0].reasoning, manager.conversation()[0].content, manager.messages()[0].content

    assert report is not None
    assert (report.lost, report.damage, manager.attributes()) == (0, [], ATTRIBUTES)
    assert (task["description"], task["metadata"], *said) == (PLAIN, {"of": PLAIN}, PLAIN, LARGE, PLAIN)


def unlink(*patterns: str) -> Callable[[Path], None]:
    return lambda store: [path.unlink() for pattern in patterns for path in store.glob(pattern)] and None


@pytest.mark.parametrize(
    ("spoil", "base"),
    [
        (unlink(), "database"),
        (unlink(f"{DATABASE}*"), "checkpoint file"),
        (unlink(f"{DATABASE}*", "checkpoints/*.pkl"), "JSON twin"),
        (unlink(f"{DATABASE}*", "checkpoints/*"), "emergency JSON"),
        (unlink(f"{DATABASE}*", "checkpoints/*", "emergency*"), "events"),
        (unlink("checkpoints/*", "emergency*", "journal/*.seg"), "database"),
        (unlink("encryption.json"), "database"),
        (unlink("encryption.json", f"{DATABASE}*", "checkpoints/*", "emergency*"), "events"),
    ],
)
def test_each_layer_gives_the_state_back(dead: Path, spoil: Callable[[Path], None], base: str) -> None:
    spoil(dead)

    with JarvisContextManager(dead) as manager:
        report = manager.recovery_report
        found = manager.attributes()

    assert found == ATTRIBUTES
    assert report is not None
    assert [layer.layer for layer in report.layers if layer.verdict == "accepted"] == [base]


def test_without_a_key_nothing_is_opened_and_nothing_is_changed(dead: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JARVIS_ENCRYPTION_KEY")
    before = {path: path.read_bytes() for path in dead.glob("journal/*.seg")}

    with pytest.raises(EncryptionKeyMissing, match="JARVIS_ENCRYPTION_KEY"):
        JarvisContextManager(dead)
    with pytest.raises(EncryptionKeyMissing):
        open_view(dead)
    (dead / "encryption.json").unlink()
    with pytest.raises(EncryptionKeyMissing):
        JarvisContextManager(dead)

    assert {path: path.read_bytes() for path in before} == before


def test_a_wrong_key_is_refused_and_named(dead: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", OTHER)

    done = CliRunner().invoke(main, ["--path", str(dead), "status"])

    assert (done.exit_code, done.output.count("is sealed with key")) == (2, 1)
    (dead / "encryption.json").unlink()
    with pytest.raises(WrongEncryptionKey):
        JarvisContextManager(dead)


def test_a_new_key_seals_what_comes_and_the_old_one_opens_what_was(dead: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", f"{OTHER} {KEY}")
    with JarvisContextManager(dead) as manager:
        assert manager.attributes() == ATTRIBUTES
        for number in range(2):
            manager.set_attribute("more", number)
            manager.checkpoint()
    monkeypatch.setenv("KEYS", OTHER)

    with JarvisContextManager(dead) as manager:
        assert manager.attributes() == {**ATTRIBUTES, "more": 1}
    monkeypatch.setenv("KEYS", KEY)
    with pytest.raises(WrongEncryptionKey):
        JarvisContextManager(dead)


def rows(store: Path, change: Callable[[dict[int, str]], dict[int, str]]) -> None:
    """Leave the database alone and change payloads in it, with digests that are right."""
    unlink("checkpoints/*", "emergency*", "journal/*.seg")(store)
    with closing(sqlite3.connect(store / DATABASE)) as database, database:
        (id, writer), *_ = database.execute("SELECT id, writer FROM writers ORDER BY epoch").fetchall()
        found = database.execute("SELECT number, payload FROM events WHERE writer_id = ?", (id,)).fetchall()
        for number, payload in change(dict(found)).items():
            digest = frame.digester(writer)(number, payload.encode()).hex()
            where = (payload, digest, id, number)
            database.execute("UPDATE events SET payload = ?, digest = ? WHERE writer_id = ? AND number = ?", where)
        database.execute("DELETE FROM context_snapshots")


def test_plain_text_in_the_place_of_what_was_sealed_is_refused(dead: Path) -> None:
    def forged(found: dict[int, str]) -> dict[int, str]:
        last = max(number for number, payload in found.items() if '"last"' in payload)
        return {last: found[last][: found[last].index(',{"$sealed')] + ',{"value":"forged"}]'}

    rows(dead, forged)

    with JarvisContextManager(dead) as manager:
        report = manager.recovery_report
        found = manager.attributes()

    assert found == {"queue": ATTRIBUTES["queue"]}
    assert report is not None
    assert [sentence for sentence in report.damage if "it is plain, and encryption is on" in sentence]


def test_two_bodies_that_changed_places_are_refused(dead: Path) -> None:
    def swapped(found: dict[int, str]) -> dict[int, str]:
        one, two = (number for number, payload in found.items() if '"AttributeSet"' in payload)
        (head, mark, body), (other_head, _, other) = (found[n].partition(',{"$sealed') for n in (one, two))
        return {one: head + mark + other, two: other_head + mark + body}

    rows(dead, swapped)

    with JarvisContextManager(dead) as manager:
        report = manager.recovery_report
        found = manager.attributes()

    assert found == {}
    assert report is not None
    assert len([sentence for sentence in report.damage if "made for another place" in sentence]) == 2


def test_a_store_that_was_begun_in_plain_text_is_refused_and_left(store_path: Path) -> None:
    with JarvisContextManager(store_path, encryption_key="") as manager:
        manager.set_attribute("a", 1)

    with pytest.raises(BadEncryptionKey, match="begin in a new folder"):
        JarvisContextManager(store_path)

    with JarvisContextManager(store_path, encryption_key="") as manager:
        assert manager.attributes() == {"a": 1}


def test_the_tables_show_ids_statuses_and_counts(dead: Path) -> None:
    with closing(sqlite3.connect(dead / DATABASE)) as database:
        task = database.execute(
            "SELECT description, status, percentage, blockers, metadata FROM task_progress WHERE task_id = 'one'"
        ).fetchone()
        kinds = database.execute("SELECT count(*) FROM events WHERE kind = 'DecisionLogged'").fetchone()
        decision = database.execute("SELECT run IS NOT NULL, decision FROM decision_log").fetchone()

    assert (task, kinds, decision) == (("[sealed]", "pending", 40.0, '["[sealed]"]', "{}"), (1,), (1, None))


def test_views_commands_and_requests_work_on_a_live_encrypted_store(store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        manager.log_decision("route", None, PLAIN)
        header = request_checkpoint(manager.settings, "from outside")
        findings = manager.insight.doctor({})
        view = open_view(store_path)
        try:
            outside = Insight(view).decisions()
        finally:
            view.close()

    assert (header.label, outside[0].decision) == ("from outside", PLAIN)
    assert [finding for finding in findings if finding.level == "problem"] == []
    assert [finding for finding in findings if finding.check == "encryption"]


def test_only_secrets_are_sealed_when_they_alone_are_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_SECRETS", "encrypt")
    with JarvisContextManager(tmp_path / "store", resume="skip") as manager:
        manager.set_attribute("login", {"password": "PLAINTEXT"})
        manager.update_task_progress("t", {"description": "readable", "api_key": "PLAINTEXT"})
        manager.update_task_progress("u", {"description": "readable"})
        manager.checkpoint()
        manager.flush()
        assert telling(tmp_path / "store") == []

    with JarvisContextManager(tmp_path / "store") as manager:
        assert manager.attributes() == {"login": {"password": "PLAINTEXT"}}
    with closing(sqlite3.connect(tmp_path / "store" / DATABASE)) as database:
        shown = database.execute("SELECT description FROM task_progress").fetchall()
        plain = database.execute("SELECT count(*) FROM events WHERE payload LIKE '%readable%'").fetchone()
    assert (shown, plain) == ([("readable",), ("readable",)], (1,))
    monkeypatch.delenv("JARVIS_SECRETS")
    with pytest.raises(BadEncryptionKey, match="secrets='encrypt' as before"):
        JarvisContextManager(tmp_path / "store")


def test_a_cleanup_takes_the_side_files_of_sealed_events_and_a_rebuild_finds_the_rest(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.add_message("user", LARGE)
    with old_store(store_path) as manager:
        (value,) = (store_path / "journal" / "values").iterdir()
        os.utime(value, (0, 0))
        manager.cleanup(dry_run=False)
    rebuilt = rebuild_database(settings.load({"path": store_path}))

    with begin(store_path, 61) as manager:
        found = manager.attributes()
    assert (value.exists(), rebuilt.damaged, found) == (False, [], {"budget": 7})
    assert telling(store_path) == []


def test_sealing_secrets_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(EncryptionKeyMissing):
        JarvisContextManager(tmp_path / "store", secrets="encrypt", encryption_key="")
