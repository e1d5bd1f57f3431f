"""What the demo promises: it survives its kills, and no lie in what it leaves behind passes its proof."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from examples.code_review.proof.evidence import Evidence
from examples.code_review.proof.kills import moments
from examples.code_review.proof.place import Place
from examples.code_review.proof.screen import Screen
from examples.code_review.proof.verdict import Verdict

ROOT = Path(__file__).parents[2]
CLAIMS = [
    "killed",
    "published once",
    "same report",
    "nothing lost",
    "nothing invented",
    "nothing done twice",
    "doubts settled",
    "deaths reported",
    "nothing unexplained",
]
SMALL = ["--json", "--kills", "2", "--limit", "12", "--threads", "4", "--pace", "0.05", "--seed", "0"]
Json = dict[str, Any]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "examples.code_review.demo", *arguments]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A demo that has run, in the folder it was told to keep."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    return folder, demo(*SMALL, "--keep", str(folder))


@pytest.fixture
def place(kept: tuple[Path, object], tmp_path: Path) -> Place:
    """A copy of what that demo left behind, to tamper with."""
    return Place(Path(shutil.copytree(kept[0], tmp_path / "copy")))


def failed(place: Place) -> list[str]:
    return Verdict(Evidence(place, place.record())).failed


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def first_report(place: Place) -> Path:
    return min(place.store.glob("recovery_report_*.json"))


def query(place: Place, *statements: str) -> None:
    with closing(sqlite3.connect(place.store / "jarvis_context.db")) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount


def publish_a_line_twice(place: Place) -> None:
    with place.killed.effects.open("ab") as effects:
        effects.write(place.killed.effects.read_bytes().splitlines(keepends=True)[0])


def take_a_publication_away(place: Place) -> None:
    place.killed.effects.write_bytes(b"".join(place.killed.effects.read_bytes().splitlines(keepends=True)[:-1]))


def change_a_word_that_was_published(place: Place) -> None:
    place.killed.effects.write_bytes(place.killed.effects.read_bytes().replace(b"module", b"modula", 1))


def change_a_byte_of_the_report(place: Place) -> None:
    place.killed.report.write_bytes(place.killed.report.read_bytes()[:-1] + b"?")


def lose_an_event(place: Place) -> None:
    first = "SELECT min(number) FROM events WHERE kind = 'DecisionLogged'"  # The last may have been cut off by a kill.
    query(place, f"DELETE FROM events WHERE kind = 'DecisionLogged' AND number = ({first})")


def report_lost_events(place: Place) -> None:
    rewrite(first_report(place), lambda report: report["events_lost"].update({"writer": [[3, 5]]}))


def invent_an_event(place: Place) -> None:
    columns = "digest, payload, time, kind, 'review:invented.py'"
    query(
        place,
        f"INSERT INTO events SELECT writer_id, (SELECT 1 + max(number) FROM events AS e WHERE e.writer_id = "
        f"events.writer_id), {columns} FROM events WHERE kind = 'TaskFinished' LIMIT 1",
    )


def do_a_finished_task_again(place: Place) -> None:
    _, first_life, *_ = place.notes.read_text().split('["life"')
    returned = next(line for line in first_life.splitlines() if line.startswith('["returned", "assign_task"'))
    with place.notes.open("a") as notes:
        notes.write(returned.replace("returned", "began") + "\n")


def leave_a_doubt_open(place: Place) -> None:
    step = {"task": "review:a.py", "key": "review:a.py/publish_review:0.1", "name": "publish_review"}
    rewrite(first_report(place), lambda report: report["steps_in_doubt"].append(step))


def settle_a_doubt_wrongly(place: Place) -> None:
    run = json.loads(first_report(place).read_text())["run"]
    leave_a_doubt_open(place)
    body = json.dumps({"key": "review:a.py/publish_review:0.1", "name": "publish_review", "happened": True})
    payload = f"json_set(payload, '$[3]', 'StepReconciled', '$[4]', 'review:a.py', '$[5]', json('{body}'))"
    writer = f"SELECT id FROM writers WHERE run = '{run}'"
    query(
        place,
        f"UPDATE events SET payload = {payload}, kind = 'StepReconciled', subject = 'review:a.py' "
        f"WHERE kind = 'AgentUpdated' AND writer_id = ({writer})",
    )


def lose_a_report(place: Place) -> None:
    first_report(place).unlink()


def report_another_cause(place: Place) -> None:
    rewrite(first_report(place), lambda report: report["cause"].update(cause="power-loss"))


def forget_a_task_that_was_at_work(place: Place) -> None:
    rewrite(first_report(place), lambda report: report["tasks"].clear())


def spare_a_life(place: Place) -> None:
    rewrite(place.folder / "demo.json", lambda record: record.update(kills=3))


def end_the_last_life_badly(place: Place) -> None:
    rewrite(place.folder / "demo.json", lambda record: record["lives"][-1].update(exit_code=1))


LIES: dict[Callable[[Place], None], str] = {
    publish_a_line_twice: "published once",
    take_a_publication_away: "published once",
    change_a_word_that_was_published: "published once",
    change_a_byte_of_the_report: "same report",
    lose_an_event: "nothing lost",
    report_lost_events: "nothing lost",
    invent_an_event: "nothing invented",
    do_a_finished_task_again: "nothing done twice",
    leave_a_doubt_open: "doubts settled",
    settle_a_doubt_wrongly: "doubts settled",
    lose_a_report: "deaths reported",
    report_another_cause: "deaths reported",
    forget_a_task_that_was_at_work: "deaths reported",
    spare_a_life: "killed",
    end_the_last_life_badly: "nothing unexplained",
}


def test_killed_twice_the_review_carries_on_and_every_claim_is_proven(
    kept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    done = kept[1]

    assert done.returncode == 0, done.stderr

    proof = json.loads(done.stdout)
    assert [claim["name"] for claim in proof["claims"] if claim["holds"]] == CLAIMS
    assert [life["killed"] for life in proof["lives"]] == [True, True, False]
    assert len(proof["recoveries"]) == 2


def test_without_a_terminal_the_screen_is_plain_lines(kept: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    lines = kept[1].stderr.splitlines()

    assert lines[1] == "Undisturbed: 12 of 12 reviews published"
    assert sum(line.startswith("kill -9 ") for line in lines) == 2
    assert not any(character in kept[1].stderr for character in "\x1b\r")


def test_in_a_terminal_a_bar_shows_how_far_the_review_is() -> None:
    screen, shown = Screen(), io.StringIO()
    screen.console = Console(file=shown, force_terminal=True, width=80)

    with screen.bar("Attached", 12) as bar:
        bar.show(5)

    assert re.search(r"Attached .*━.* 5/12 ", re.sub(r"\x1b\[[0-9;?]*\w", "", shown.getvalue()))


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_planted_lie_fails_its_claim(place: Place, lie: Callable[[Place], None]) -> None:
    assert failed(place) == []

    lie(place)

    assert LIES[lie] in failed(place)


def test_a_failed_claim_is_named_and_ends_with_another_exit_code(place: Place) -> None:
    publish_a_line_twice(place)

    done = demo("--check", str(place.folder))

    assert done.returncode == 1
    assert "NOT PROVEN: published once" in done.stdout
    assert "was published twice" in done.stdout


def test_without_the_sidecar_the_same_kills_do_harm(tmp_path: Path) -> None:
    done = demo(*SMALL, "--without", "--keep", str(tmp_path / "kept"))

    assert done.returncode == 1
    assert {"published once", "nothing lost", "nothing done twice"} <= set(json.loads(done.stdout)["failed"])
    assert "Without jarvis-ctx: " in done.stderr
    assert "Attached" not in done.stderr
    assert "Look around" not in done.stderr


def test_several_orchestrators_with_workers_carry_on_whichever_of_their_processes_is_killed(tmp_path: Path) -> None:
    several = ["--orchestrators", "2", "--processes", "--kills", "1", "--limit", "24", "--seed", "3", "--json"]

    done = demo(*several, "--keep", str(tmp_path / "kept"))

    assert done.returncode == 0, done.stderr
    proofs = json.loads(done.stdout)
    assert list(proofs) == ["review-1", "review-2"]
    for proof in proofs.values():
        assert [claim["name"] for claim in proof["claims"] if claim["holds"]] == [*CLAIMS, "workers replaced"]
        assert [life["killed"] for life in proof["lives"]] == [True, False]
        assert sum(len(life["workers_killed"]) for life in proof["lives"]) == 1


def test_several_orchestrators_without_workers_carry_on_after_a_kill_at_work(tmp_path: Path) -> None:
    slow = ["--limit", "24", "--threads", "4", "--pace", "0.1"]

    done = demo("--orchestrators", "2", "--kills", "1", *slow, "--json", "--keep", str(tmp_path / "kept"))

    assert done.returncode == 0, done.stderr
    lives = [proof["lives"] for proof in json.loads(done.stdout).values()]
    assert [[bool(life["at_work"]) for life in each] for each in lives] == [[True, False]] * 2


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process_behind(tmp_path: Path, ending: signal.Signals) -> None:
    slow = command("--limit", "12", "--pace", "60", "--keep", str(tmp_path / "kept"))
    with subprocess.Popen(slow, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        children = next(found for found in polled(psutil.Process(process.pid).children) if found)

        os.kill(process.pid, ending)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Interrupted" in said
    assert not any(child.is_running() for child in children)


def test_a_folder_that_holds_something_is_not_worked_in(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    done = demo("--keep", str(tmp_path))

    assert done.returncode == 1
    assert "is not empty" in done.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_seed_repeats_the_moments_of_the_kills() -> None:
    first, same, other = (moments(500, 3, seed, 0.02) for seed in (1, 1, 2))

    assert first == same != other
    assert [moment.published for moment in first] == sorted(moment.published for moment in first)
    assert all(0 < moment.published < 400 for moment in first)


def polled(look: Callable[[], list[psutil.Process]]) -> Iterator[list[psutil.Process]]:
    """What there is to see, again and again for at most 30 seconds."""
    pause = threading.Event()
    for _ in range(3000):
        yield look()
        pause.wait(0.01)
