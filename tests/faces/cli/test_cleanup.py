"""`jarvis-ctx cleanup` and `rebuild`: what is old goes, and the database is made anew."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faces.cli.conftest import Call
from tests.unit.retention.aged import old_store


def test_it_shows_what_would_go_and_removes_it_with_yes(store_path: Path, call: Call) -> None:
    old_store(store_path).close()

    shown = call("cleanup", "--path", store_path)
    removed = call("cleanup", "--yes", "--json", "--path", store_path)
    again = call("cleanup", "--json", "--path", store_path)

    assert "would go" in shown.output
    assert (json.loads(removed.output)["done"], json.loads(removed.output)["events"] >= 105) == (True, True)
    assert json.loads(again.output)["events"] == 0


def test_yes_and_dry_run_together_are_refused(store_path: Path, call: Call) -> None:
    refused = call("cleanup", "--yes", "--dry-run", "--path", store_path)

    assert refused.exit_code == 2


def test_the_database_is_made_anew_and_the_old_one_kept(store_path: Path, call: Call) -> None:
    old_store(store_path).close()

    rebuilt = json.loads(call("rebuild", "--json", "--path", store_path).output)
    said = call("rebuild", "--path", store_path).output

    assert (rebuilt["orchestrators"], rebuilt["moved_aside"]) == (["jarvis"], "jarvis_context.db.replaced-1")
    assert "was made anew" in said
