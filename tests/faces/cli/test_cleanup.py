"""`jarvis-ctx cleanup`, `rebuild`, `purge`: what is old goes, the database is made anew, a value is taken out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from jarvis_ctx.cli import main
from tests.faces.cli.conftest import Call
from tests.unit.retention.aged import SINCE, begin, old_store


def test_it_shows_what_would_go_and_removes_it_with_yes(store_path: Path, call: Call) -> None:
    old_store(store_path).close()

    shown = call("cleanup", "--path", store_path)
    removed = call("cleanup", "--yes", "--json", "--path", store_path)
    again = call("cleanup", "--json", "--path", store_path)

    assert "would go" in shown.output
    assert (json.loads(removed.output)["done"], json.loads(removed.output)["events"] >= 105) == (True, True)
    assert json.loads(again.output)["events"] == 0


def test_threads_and_sessions_have_a_line_of_their_own(
    store_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0) as manager:
        manager.journal.append("SessionItemsAdded", '{"session":"42"}', {"items": ["a"]})
    monkeypatch.setenv("JARVIS_THREAD_DAYS", "7")

    shown = call("cleanup", "--path", store_path).output

    assert "rules of their own: 1 whole" in " ".join(shown.split())


def test_yes_and_dry_run_together_are_refused(store_path: Path, call: Call) -> None:
    refused = call("cleanup", "--yes", "--dry-run", "--path", store_path)

    assert refused.exit_code == 2


def test_the_database_is_made_anew_and_the_old_one_kept(store_path: Path, call: Call) -> None:
    old_store(store_path).close()

    rebuilt = json.loads(call("rebuild", "--json", "--path", store_path).output)
    said = call("rebuild", "--path", store_path).output

    assert (rebuilt["orchestrators"], rebuilt["moved_aside"]) == (["jarvis"], "jarvis_context.db.replaced-1")
    assert "was made anew" in said


def test_a_value_from_standard_input_is_purged(store_path: Path) -> None:
    old_store(store_path).close()

    purged = CliRunner().invoke(main, ["purge", "--json", "--path", str(store_path)], input=f"{SINCE}\n")
    again = CliRunner().invoke(main, ["purge", "--path", str(store_path), "--value", SINCE])

    assert json.loads(purged.output)["events"] == 2
    assert "nowhere" in again.output
