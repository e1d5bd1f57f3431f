"""A store is verified whole, live or dead, and what is damaged is named with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.unit.insight import spoils
from tests.unit.insight.folders import listing
from tests.unit.retention.aged import old_store


def damage_an_archive(store: Path) -> None:
    spoils.flip(sorted((store / "journal" / "archive").iterdir())[0], 300)


DAMAGE = [
    spoils.damage_a_segment,
    spoils.truncate_a_checkpoint,
    spoils.lose_the_key,
    spoils.zero_the_database,
    spoils.change_an_event,
    spoils.change_a_snapshot,
    spoils.change_a_side_file,
]


def test_a_store_as_it_was_written_verifies_and_nothing_is_changed(dead: Path, call: Call) -> None:
    before = listing(dead)

    done, told = call("verify", dead), json.loads(call("verify", "--json", "--path", dead).stdout)

    assert (done.exit_code, "checks are well" in done.stdout, listing(dead) == before) == (0, True, True)
    assert (told["file"], told["verified"], told["count"]) == (str(dead), "store", len(told["findings"]))
    assert {finding["check"] for finding in told["findings"]} == {
        "segments",
        "events",
        "snapshots",
        "key",
        "checkpoints",
    }


@pytest.mark.parametrize("spoil", DAMAGE, ids=lambda spoil: spoil.__name__)
def test_what_is_damaged_is_named_with_what_to_do(dead: Path, call: Call, spoil: Callable[[Path], None]) -> None:
    spoil(dead)

    done = call("verify", "--json", dead)

    bad = [finding for finding in json.loads(done.stdout)["findings"] if finding["level"] != "ok"]
    assert (done.exit_code, bool(bad), all(finding["remedy"] for finding in bad)) == (6, True, True)


def test_a_damaged_archive_is_named(store_path: Path, call: Call) -> None:
    old_store(store_path).close()
    whole = call("verify", store_path)
    damage_an_archive(store_path)

    done = call("verify", "--path", store_path)

    assert (whole.exit_code, done.exit_code, "archive" in done.stdout) == (0, 6, True)


def test_a_live_store_of_several_orchestrators_is_verified_for_each_of_them(store_path: Path, call: Call) -> None:
    with (
        JarvisContextManager(store_path, name="one", handle_signals=False) as one,
        JarvisContextManager(store_path, name="two", handle_signals=False) as two,
    ):
        for manager in (one, two):
            manager.set_attribute("large", "x" * 400_000)
            manager.checkpoint()

        told = json.loads(call("verify", "--json", store_path).stdout)["findings"]

    assert {finding["level"] for finding in told} == {"ok"}, told
    assert {finding["sentence"].split(":")[0] for finding in told if finding["check"] == "events"} == {"one", "two"}


def test_a_folder_that_is_no_store_is_said_to_be_none(call: Call, tmp_path: Path) -> None:
    assert call("verify", tmp_path).exit_code == 3
