"""What has rotted in the database stays known as rotten when a leaked value is taken out of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx.insight.checkup.database import digests
from jarvis_ctx.retention.needle import MARKER
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.purges import purge
from tests.unit.retention.aged import begin, later
from tests.unit.retention.test_purge import SECRET, at, holding


@pytest.fixture
def leaky(store_path: Path) -> Path:
    """Events and checkpoints, in the database and in files, that hold the secret beside a plain word."""
    with begin(store_path, 0) as manager:
        manager.set_attribute("login", ["blue", SECRET])
        manager.checkpoint()
        later(manager, 1)
        manager.set_attribute("login", ["green", SECRET])
        manager.flush()
    return store_path


def rot(store: Path, table: str, column: str, before: str, after: bytes) -> None:
    """Change a word in the last row that has it."""
    key = {"events": "number", "context_snapshots": "snapshot_id"}[table]
    with closing(sqlite3.connect(store / "jarvis_context.db")) as connection, connection:
        where = f"FROM {table} WHERE instr({column}, '{before}') > 0 ORDER BY {key} DESC LIMIT 1"
        row, held = connection.execute(f"SELECT {key}, CAST({column} AS BLOB) {where}").fetchone()
        changed = held.replace(before.encode(), after)
        connection.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE {key} = ?", (changed, row))


def found(store: Path) -> dict[str, object]:
    """What a start without checkpoint files makes of it."""
    for path in (store / "checkpoints").iterdir():
        path.unlink()
    with begin(store, 1) as manager:
        return manager.attributes()


@pytest.mark.parametrize("word", [b"greed", b"gr\xe5en"])
def test_an_event_that_has_rotted_is_cleaned_and_does_not_verify(leaky: Path, word: bytes) -> None:
    rot(leaky, "events", "payload", "green", word)

    purge(at(leaky), SECRET)

    with closing(open_view(leaky)) as view:
        bad = [finding.sentence for finding in digests(view) if finding.check == "events" and finding.level != "ok"]
    assert (len(bad), holding(leaky)) == (1, [])
    assert "1 event, first number" in bad[0]
    assert found(leaky) == {"login": ["green", MARKER]}


@pytest.mark.parametrize(
    ("column", "before", "after"), [("context_data", "green", b"greed"), ("position", '":', b'":10')]
)
def test_a_checkpoint_that_has_rotted_is_not_sealed_anew(leaky: Path, column: str, before: str, after: bytes) -> None:
    rot(leaky, "context_snapshots", column, before, after)

    purge(at(leaky), SECRET)

    with closing(open_view(leaky)) as view:
        kept = [view.snapshots.get(header.id) for header in view.snapshots.headers("jarvis")]
    assert [json.loads(snapshot.state)["attributes"]["login"]["value"] for snapshot in kept if snapshot] == [
        ["blue", MARKER]
    ]
    assert (found(leaky), holding(leaky)) == ({"login": ["green", MARKER]}, [])


def test_an_emergency_file_whose_header_has_rotted_is_not_sealed_anew(leaky: Path) -> None:
    with begin(leaky, 1) as manager:
        path = manager.keeper._files.put_emergency(manager.keeper._snapshot(manager.journal.picture(), ""))
    path.write_bytes(path.read_bytes().replace(b'"position":{"', b'"position":{"f'))

    purged = purge(at(leaky), SECRET)

    assert (purged.removed, path.exists()) == ([path.name], False)
