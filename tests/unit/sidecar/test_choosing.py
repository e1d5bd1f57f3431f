"""A recovery's base chosen by hand: it counts for every look and start, and what it replaces is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.errors import CorruptData, NoBase
from jarvis_ctx.insight.forecast import try_base
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.choosing import choose_base
from tests.unit.insight.dying import living


def at(path: Path) -> Settings:
    return settings.load({"path": path}, environ={})


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as a process left it that was killed; not to be touched."""
    store = tmp_path_factory.mktemp("killed") / "store"
    with living(store):
        pass
    return store


@pytest.fixture
def dead(killed: Path, tmp_path: Path) -> Path:
    """A copy of the killed process's store."""
    return Path(shutil.copytree(killed, tmp_path / "dead"))


def tried(store: Path, source: str, label: str = "") -> Choice:
    """The base that `source` names."""
    view = open_view(store)
    try:
        return try_base(view, source, label)[0]
    finally:
        view.close()


def started(store: Path) -> RecoveryReport | None:
    """The report of the next start."""
    with JarvisContextManager(store, handle_signals=False) as manager:
        return manager.recovery_report


@pytest.mark.parametrize(("source", "layer"), [("database", "database"), ("json", "JSON twin"), ("point", "database")])
def test_the_next_start_recovers_from_the_base_that_was_chosen_and_says_so(dead: Path, source: str, layer: str) -> None:
    choose_base(at(dead), tried(dead, source), live=False)

    report = started(dead)

    assert report is not None
    assert [(line.layer, line.verdict) for line in report.layers] == [(layer, "accepted")]
    assert report.layers[0].name.endswith("(chosen by hand)")
    assert {task.id: task.percentage for task in report.tasks}["task-1"] == 55


def test_a_file_from_elsewhere_is_a_base_and_stays_where_it_is(dead: Path, tmp_path: Path) -> None:
    (twin,) = (dead / "checkpoints").glob("*.json")
    elsewhere = Path(shutil.copy(twin, tmp_path / "saved.json"))

    choose_base(at(dead), tried(dead, str(elsewhere)), live=False)

    report = started(dead)
    assert report is not None
    assert (report.layers[0].layer, elsewhere.exists()) == ("given file", True)


def test_what_is_replaced_is_kept_as_a_point(dead: Path) -> None:
    before = choose_base(at(dead), tried(dead, "json"), live=False)

    again = tried(dead, "point", "before choosing a base")

    assert before is not None
    assert before.id.split("@")[1]
    assert again.layer == "checkpoint file"


def test_a_later_runs_checkpoint_ends_the_choice(dead: Path) -> None:
    choose_base(at(dead), tried(dead, "json"), live=False)
    started(dead)

    view = open_view(dead)
    base = view.rebuilt().tried[-1]
    view.close()

    assert "chosen by hand" not in base.name


def test_a_chosen_base_that_rots_is_passed_over_and_named(dead: Path) -> None:
    choose_base(at(dead), tried(dead, "json"), live=False)
    for twin in (dead / "checkpoints").glob("*.json"):
        twin.write_bytes(b"rot")

    report = started(dead)

    assert report is not None
    assert any("damaged" in line.verdict for line in report.layers)
    assert {task.id: task.percentage for task in report.tasks}["task-1"] == 55


def test_a_chosen_base_that_is_gone_is_named(dead: Path) -> None:
    choose_base(at(dead), Choice(layer="database", name="nowhere", epoch=1), live=False)

    report = started(dead)

    assert report is not None
    assert report.layers[0].verdict == "it was chosen by hand, and is gone"


def test_a_choice_that_rots_does_not_count_and_is_moved_aside_and_named(dead: Path) -> None:
    choose_base(at(dead), tried(dead, "json"), live=False)
    path = dead / "recover-jarvis.json"
    path.write_bytes(path.read_bytes().replace(b'"epoch": 1', b'"epoch": 9', 1))

    report = started(dead)

    assert report is not None
    assert not any("chosen by hand" in line.name for line in report.layers)
    assert any(sentence.startswith("recover-jarvis.json did not verify.") for sentence in report.damage)
    assert not path.exists()


def test_a_choice_of_an_earlier_release_has_no_digest_and_counts(dead: Path) -> None:
    choose_base(at(dead), tried(dead, "json"), live=False)
    path = dead / "recover-jarvis.json"
    choice = json.loads(path.read_text())
    del choice["digest"]
    path.write_text(json.dumps(choice))

    report = started(dead)

    assert report is not None
    assert report.layers[0].name.endswith("(chosen by hand)")


@pytest.mark.parametrize(("source", "label"), [("point", "nobody's"), ("/nowhere/at/all.json", "")])
def test_a_base_that_is_not_there_is_refused(dead: Path, source: str, label: str) -> None:
    with pytest.raises(NoBase):
        tried(dead, source, label)


def test_a_file_that_does_not_verify_is_refused_before_anything_is_written(dead: Path, tmp_path: Path) -> None:
    rotten = tmp_path / "rotten.json"
    rotten.write_bytes(b"{}")

    with pytest.raises(CorruptData):
        tried(dead, str(rotten))

    assert not (dead / "recover-jarvis.json").exists()
