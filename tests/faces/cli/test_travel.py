"""Going back on the command line: what would change is shown, it is done live or dead, and it can be undone."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from jarvis_ctx.cli.exits import ExitCode
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import jarvis_ctx
from tests.unit.insight.dying import living
from tests.unit.insight.folders import listing


def test_points_shows_where_each_is_kept_and_that_it_verifies(dead: Path, call: Call) -> None:
    screen = call("points", "--path", dead).stdout

    assert screen.splitlines()[1].split()[:2] == ["phase", "one"]
    assert "both" in screen
    assert "yes" in screen


def test_diff_shows_what_changed_since_a_point_in_words_and_in_json(dead: Path, call: Call) -> None:
    screen = call("diff", "phase one", "--path", dead).stdout
    printed = json.loads(call("diff", "phase one", "--json", "--path", dead).stdout)

    assert "percentage: 10 -> 55" in screen
    assert [(task["id"], task["change"]) for task in printed["tasks"]] == [("task-1", "changed")]
    assert printed["empty"] is False


def test_a_dry_run_shows_what_would_change_and_writes_nothing(dead: Path, call: Call) -> None:
    before = listing(dead)

    result = call("restore", "phase one", "--dry-run", "--path", dead)

    assert "percentage: 55 -> 10" in result.stdout
    assert listing(dead) == before


def test_a_restore_that_is_not_confirmed_changes_nothing(dead: Path, call: Call) -> None:
    before = listing(dead)

    result = call("restore", "phase one", "--path", dead)

    assert result.exit_code == ExitCode.FAILED
    assert listing(dead) == before


def test_a_dead_store_is_taken_back_and_its_way_back_is_told(dead: Path, call: Call) -> None:
    done = json.loads(call("restore", "phase one", "--yes", "--json", "--path", dead).stdout)
    back = json.loads(call("diff", "phase one", "--json", "--path", dead).stdout)

    call("restore", done["undo"], "--yes", "--path", dead)

    again = json.loads(call("diff", done["undo"], "--json", "--path", dead).stdout)
    assert (done["asked"], back["empty"], again["empty"]) == (False, True, True)


def test_a_mark_on_a_store_nobody_runs_is_refused_with_the_way_out(dead: Path, call: Call) -> None:
    result = call("mark", "noon", "--path", dead)

    assert result.exit_code == ExitCode.NOT_RUNNING
    assert "jarvis-ctx checkpoint --label 'noon'" in result.stderr


def test_a_moment_nobody_knows_is_an_error_of_use(dead: Path, call: Call) -> None:
    result = call("diff", "phase two", "--path", dead)

    assert result.exit_code == ExitCode.USAGE
    assert "did you mean phase one" in result.stderr


def test_a_base_is_chosen_by_hand_and_the_forecast_goes_by_it(dead: Path, call: Call) -> None:
    chosen = json.loads(call("recover", "--from", "json", "--json", "--path", dead).stdout)
    forecast = call("recover", "--dry-run", "--path", dead).stdout

    assert (chosen["base"], chosen["chosen"]) == ("JSON twin", True)
    assert "chosen by hand" in " ".join(forecast.split())


def test_a_live_owner_marks_goes_back_and_a_kill_leaves_it_there(tmp_path: Path) -> None:
    with living(tmp_path / "store") as child:
        marked = jarvis_ctx("mark", "noon", "--path", "store", cwd=tmp_path)
        done = jarvis_ctx("restore", "phase one", "--yes", "--json", "--path", "store", cwd=tmp_path)
        child.send_signal(signal.SIGKILL)
        child.wait()
    found = jarvis_ctx("diff", "phase one", "--json", "--path", "store", cwd=tmp_path)

    assert marked.stdout.startswith(f"Recovery point 'noon' was marked by process {child.pid}")
    assert json.loads(done.stdout)["asked"] is True
    assert json.loads(found.stdout)["empty"] is True
