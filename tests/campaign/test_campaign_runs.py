"""The campaign plays its rounds, writes them down, goes on where it stopped, and can be played again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import psutil
import pytest

from tests.campaign import bounds, brief, controls, fault, revision, summary
from tests.campaign.control import Control
from tests.campaign.controls import CONTROLS
from tests.campaign.faults import FAULTS, endings, locks
from tests.campaign.faults.endings import TURN
from tests.campaign.ledger import Header, Ledger, Line
from tests.campaign.page import PAGE
from tests.campaign.played import Turns
from tests.crash.children import ROOT

CAMPAIGN = [sys.executable, "-m", "tests.campaign"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}


def campaign(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*CAMPAIGN, "--out", str(out), *options]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


@pytest.mark.crash
def test_a_campaign_that_was_stopped_leaves_nothing_running_and_goes_on_where_it_was(tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--only", "F1", "--rounds", "4"]
    with subprocess.Popen([*CAMPAIGN, *options], cwd=ROOT, env=ENVIRONMENT) as first:
        while not Ledger(tmp_path).rounds():
            os.sched_yield()
        begun = psutil.Process(first.pid).children(recursive=True)
        first.send_signal(signal.SIGINT)
    before = Ledger(tmp_path).rounds()

    done = campaign(tmp_path, "--only", "F1", "--resume")

    assert (first.returncode, psutil.wait_procs(begun, timeout=20)[1]) == (130, [])
    assert (done.returncode, Ledger(tmp_path).rounds()[: len(before)]) == (0, before), done.stderr
    assert sorted(line.number for line in Ledger(tmp_path).rounds()) == [1, 2, 3, 4]
    assert "| F1 |" in done.stdout


def test_a_round_draws_the_same_when_it_is_played_again_by_itself() -> None:
    drawn = [fault.begin("F1", 7, "seed", Path()).random.random() for _ in range(2)]

    assert drawn[0] == drawn[1] != fault.begin("F1", 8, "seed", Path()).random.random()


def test_a_line_that_was_cut_off_is_not_read(tmp_path: Path) -> None:
    ledger, line = Ledger(tmp_path), Line(fault="F1", number=1, clean=True, seconds=0.1, tally={"lost": 0})
    ledger.begin(Header(seed="1", rounds="small", machine={}))
    ledger.append(line)

    with (tmp_path / "campaign.jsonl").open("a") as file:
        file.write('{"type":"round","fau')

    assert ledger.rounds() == [line]


def test_the_bound_is_the_rule_of_three_and_clopper_and_pearson_s() -> None:
    assert bounds.upper(0, 1000) == pytest.approx(3 / 1000, rel=0.01)
    assert bounds.upper(2, 100) == pytest.approx(0.0616, abs=0.0001)
    assert bounds.upper(3, 3) == 1


def test_the_page_gets_a_line_a_fault_and_keeps_the_rest(tmp_path: Path) -> None:
    page, ledger, header = (
        tmp_path / "page.md",
        Ledger(tmp_path),
        Header(seed="7", rounds="full", machine={}, revision="r8"),
    )
    page.write_text("before\n<!-- campaign -->\nold\n<!-- /campaign -->\nafter\n")
    ledger.begin(header)
    ledger.append(
        Line(fault="F1", number=1, clean=False, seconds=1, tally={"acknowledged": 1234, "lost": 1, "kills": 2})
    )

    summary.write(summary.section(FAULTS, {}, ledger, header), page)

    text = page.read_text()
    assert text.startswith("before\n<!--")
    assert text.endswith("-->\nafter\n")
    assert "\nold\n" not in text
    assert "| 1 | 1,234 | 1 | 0 | 0 | 0 | 0 | 0 | 2 kills | 1 | 100.00% |" in text
    assert "1 rounds, 0.0 hours of playing, all at revision r8." in text


def test_the_page_shows_the_middle_and_the_greatest_of_what_was_measured(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.begin(Header(seed="7", rounds="small", machine={}))
    for number in range(1, 102):
        ledger.append(Line(fault="F14", number=number, clean=True, seconds=1, measured={"seconds": number / 100}))

    lines = summary.table(FAULTS, ledger)

    assert "| seconds: 0.51 in the middle, 1.00 in 99 of 100 rounds, 1.01 at most |" in lines[-1]


def test_a_round_that_shows_nothing_is_told_of_with_its_reason_and_counted_nowhere(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for number, apart in enumerate(("", "not played (no such group)", "not played (no such group)", "cut short"), 1):
        tally = {"acknowledged": 7, "kills": 1}
        clean = apart != "cut short"
        ledger.append(Line(fault="F1", number=number, clean=clean, seconds=1, tally=tally, apart=apart))

    cells = summary.table(FAULTS, ledger)[-1].split(" | ")

    assert (cells[3:5], cells[-2]) == (["2", "14"], "1")
    assert cells[-3] == "2 kills, beside these 2 rounds not played (no such group)"
    assert cells[-1] == f"{bounds.upper(1, 2):.2%} |"


def test_of_cases_that_are_repeated_it_says_how_many_how_often_and_no_share(tmp_path: Path) -> None:
    ledger, turn = Ledger(tmp_path), FAULTS["F7"].cases
    for number in range(1, 2 * turn + 1):
        apart = "not played (no such group)" if number in (3, 3 + turn) else ""
        ledger.append(Line(fault="F7", number=number, clean=True, seconds=1, apart=apart))
    whole = summary.table(FAULTS, ledger)[-1]
    ledger.append(Line(fault="F7", number=2 * turn + 1, clean=True, seconds=1))

    assert whole.endswith(f"| {turn - 1} cases × 2 |")
    assert summary.table(FAULTS, ledger)[-1].endswith(f"| {turn - 1} cases × 2 to 3 |")


def test_who_plays_tests_by_turns_says_how_many_cases_they_have_and_plays_each_equally_often() -> None:
    turns = {id: len(fault.play) for id, fault in FAULTS.items() if isinstance(fault.play, Turns)} | {"F6": TURN}

    assert {fault.id: fault.cases for fault in FAULTS.values() if fault.cases} == turns
    assert [id for id, turn in turns.items() if any(rounds % turn for rounds in FAULTS[id].rounds.values())] == []


def test_a_campaign_of_other_code_does_not_go_on(tmp_path: Path) -> None:
    Ledger(tmp_path).begin(Header(seed="7", rounds="4", machine={}, revision="of another day"))
    before = Ledger(tmp_path).path.read_bytes()

    done = campaign(tmp_path, "--only", "F1", "--resume")

    assert (done.returncode, Ledger(tmp_path).path.read_bytes()) == (2, before)
    assert f"was at revision of another day, and is at {revision.played()} now" in done.stderr
    assert "Leave out --resume to begin anew" in done.stderr


def git(root: Path, *asked: str) -> None:
    named = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *named, *asked], cwd=root, check=True, capture_output=True)


def test_code_that_differs_from_its_commit_is_of_another_revision(tmp_path: Path) -> None:
    for folder in revision.CODE:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text("1")
    without = revision.played(tmp_path)
    git(tmp_path, "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "one")
    committed = revision.played(tmp_path)
    (tmp_path / "README.md").write_text("beside")
    beside = revision.played(tmp_path)
    (tmp_path / "src" / "two.py").write_text("2")
    more = revision.played(tmp_path)
    (tmp_path / "src" / "two.py").write_text("3")
    other = revision.played(tmp_path)

    assert beside == committed
    assert without not in committed
    assert more == f"{committed}, changed: {more[-12:]}"
    assert len({without, committed, more, other}) == 4


def test_each_clean_end_is_played_in_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[int] = []
    monkeypatch.setattr(endings, "ENDS", lambda round: played.append(round.number))
    monkeypatch.setattr(endings, "after_a_death", lambda round: played.append(0))

    for number in range(1, 2 * TURN + 1):
        endings.end_well(fault.begin("F6", number, "seed", tmp_path))

    assert played.count(0) == 2
    assert [number for number in played if number] == list(range(1, 2 * TURN - 1))


def test_every_break_is_there_and_is_planted_in_a_fault_that_is() -> None:
    broken = [control.broken.partition(":") for control in CONTROLS.values()]

    assert all(callable(getattr(import_module(module), function)) for module, _, function in broken)
    families = [import_module(f"{controls.__name__}.{each.name}") for each in iter_modules(controls.__path__)]
    assert len(CONTROLS) == sum(len(getattr(family, "CONTROLS", ())) for family in families) >= 12


def test_every_fault_has_a_break_that_it_must_catch() -> None:
    assert FAULTS.keys() == {control.fault for control in CONTROLS.values()}


def test_the_page_names_a_test_for_each_fault_that_the_campaign_does_not_play() -> None:
    rows = [
        line.split("|")
        for line in PAGE.read_text().partition("### What each `make test` plays")[2].splitlines()
        if "| `tests/" in line
    ]

    elsewhere = {fault.strip(): where.replace("`", "").split(",") for _, fault, *_, where, _ in rows}

    assert [file for files in elsewhere.values() for file in files if not (ROOT / file.strip()).is_file()] == []
    assert {f"F{number}" for number in range(1, 47)} - FAULTS.keys() - elsewhere.keys() == {"F33"}


def test_a_file_that_is_closed_while_another_descriptor_holds_its_lock_is_found() -> None:
    audit, lock = locks.Audit(Path("/s")), "F_SETLK, {l_type=F_%s, l_whence=SEEK_SET, l_start=120, l_len=1}"

    for held in ("RDLCK", "UNLCK", "WRLCK"):
        audit.take(f"fcntl(5</s/a.db>, {lock % held}) = 0")
        audit.take("close(6</s/a.db>) = 0")
        audit.take("close(7</elsewhere/a.db>) = 0")

    assert audit.wrong == ["a.db is closed while another descriptor holds its lock"] * 2


def test_every_fault_belongs_to_one_area_of_the_brief_table() -> None:
    numbers = {id: int(id[1:].partition(".")[0]) for id in FAULTS}

    assert {
        id: sum(number in area for area in brief.AREAS.values()) for id, number in numbers.items()
    } == dict.fromkeys(FAULTS, 1)


def test_the_brief_table_tells_what_is_lost_as_documented_from_what_is_not(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for number, (clean, broken) in enumerate(((True, ""), (True, ""), (False, ""), (False, "breaks:it")), 1):
        tally = {"acknowledged": 1000, "lost": number, "cuts": 1}
        ledger.append(Line(fault="F14", number=number, clean=clean, seconds=1, tally=tally, broken=broken))
    control = Control(id="C1", title="it is broken", broken="breaks:it", fault="F14", shows=("lost",))

    lines = brief.table(FAULTS, {"C1": control}, ledger)

    share = f"{bounds.upper(1, 3):.2%}"
    assert lines[2:] == [f"| the power goes, the disk lies | 1 | 3 | 3,000 | 3 | 3 | 1 | {share} | 1 of 1 |"]
