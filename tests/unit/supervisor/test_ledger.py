"""What a supervisor writes down, and whom it refuses to start beside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from jarvis_ctx.errors import AlreadySupervised, LeftRunning, RunsUnwatched
from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.supervised import KEPT, Death
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.supervisor.ledger import Ledger
from jarvis_ctx.supervisor.orders import Orders

HERE = identity.this_process()
GONE = msgspec.structs.replace(HERE, created=1.0, ticks=1)
SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"


class Open(Protocol):
    """Opens a ledger in a folder."""

    def __call__(self, folder: Path, **said: Any) -> Ledger: ...


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens ledgers that are let go of at the end."""
    with ExitStack() as all_of:

        def open_one(folder: Path, **said: Any) -> Ledger:
            given = {"command": ("python", "x.py", "--api-key", SECRET), "name": "jarvis"} | said
            ledger = Ledger(Orders(environ={}, folder=folder, **given))
            all_of.callback(ledger.let_go)
            return ledger

        yield open_one


def death(number: int) -> Death:
    return Death(process=GONE, runs={}, began=0, ended=number, how="exit", sentence=f"It said {SECRET}.", exit_code=3)


def test_a_second_ledger_of_the_name_is_refused(store_path: Path, opened: Open) -> None:
    opened(store_path)

    with pytest.raises(AlreadySupervised, match=f"Process {HERE.pid} supervises 'jarvis'"):
        opened(store_path)


def test_a_child_that_was_left_running_is_not_started_beside(store_path: Path, opened: Open) -> None:
    first = opened(store_path)
    first.began(HERE, 1, 0)
    first.let_go()

    ledger = opened(store_path)

    assert ledger.living() == HERE
    with pytest.raises(LeftRunning, match=f"Process {HERE.pid}"):
        ledger.refuse()


def test_an_orchestrator_that_runs_by_itself_is_not_started_beside(store_path: Path, opened: Open) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        ledger = opened(store_path)

        with pytest.raises(RunsUnwatched, match=f"as process {HERE.pid} .* take it over with --adopt"):
            ledger.refuse()


def test_whoever_says_no_name_is_not_started_beside_any_orchestrator_of_the_store(
    store_path: Path, opened: Open
) -> None:
    with JarvisContextManager(store_path, name="slow", handle_signals=False):
        ledger = opened(store_path, named=False)

        with pytest.raises(RunsUnwatched, match=r"'slow' runs in .* take it over with --adopt --name slow, end it"):
            ledger.refuse()
        assert ledger.living() is None


def test_a_name_that_was_said_tells_orchestrators_of_one_store_apart(store_path: Path, opened: Open) -> None:
    with JarvisContextManager(store_path, name="slow", handle_signals=False):
        ledger = opened(store_path)

        ledger.refuse()

        assert ledger.living() is None


def test_an_orchestrator_that_another_supervisor_watches_is_neither_taken_over_nor_started_beside(
    store_path: Path, opened: Open
) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        opened(store_path, name="outer").began(HERE, 1, 0)
        ledger = opened(store_path)

        with pytest.raises(AlreadySupervised, match=f"Process {HERE.pid} supervises 'jarvis'"):
            ledger.refuse()
        assert ledger.living() is None


def test_one_that_began_nothing_leaves_the_record_as_it_is(store_path: Path, opened: Open) -> None:
    first = opened(store_path)
    first.began(HERE, 1, 0)
    first.let_go()

    opened(store_path).close()

    found = supervised.read(store_path, "jarvis")
    assert found is not None
    assert (found.child, found.over) == (HERE, False)


def test_a_child_that_never_ran_leaves_the_record_as_it_was(store_path: Path, opened: Open) -> None:
    first = opened(store_path)
    first.began(GONE, 1, 0)
    first.let_go()
    before = supervised.read(store_path, "jarvis")

    second = opened(store_path, command=("no-such-program",))
    second.began(HERE, 2, 0)
    second.never_ran()
    second.close()

    assert supervised.read(store_path, "jarvis") == before


def test_what_was_half_written_is_swept_away(store_path: Path, opened: Open) -> None:
    ours, other = (store_path / f".supervised-{name}.json.0a1b2c3d.tmp" for name in ("jarvis", "letters"))
    ours.touch()
    other.touch()

    opened(store_path)

    assert (ours.exists(), other.exists()) == (False, True)


def test_a_child_that_is_gone_hinders_nobody(store_path: Path, opened: Open) -> None:
    first = opened(store_path)
    first.began(GONE, 1, 0)
    first.let_go()

    ledger = opened(store_path)

    ledger.refuse()
    assert ledger.mark == first.mark


def test_a_copy_of_the_store_is_about_nobody_who_runs(store_path: Path, tmp_path: Path, opened: Open) -> None:
    opened(store_path).began(HERE, 1, 0)
    copy = Path(shutil.copytree(store_path, tmp_path / "copy"))

    ledger = opened(copy)

    assert (ledger.before, ledger.living()) == (None, None)


def test_only_the_last_deaths_are_kept_and_no_secret(store_path: Path, opened: Open) -> None:
    ledger = opened(store_path)
    for number in range(KEPT + 3):
        ledger.died(death(number))

    found = supervised.read(store_path, "jarvis")

    assert found is not None
    assert [one.ended for one in found.deaths] == list(range(3, KEPT + 3))
    assert SECRET not in supervised.path_of(store_path, "jarvis").read_text()
    assert ledger.command == "python x.py --api-key '[redacted]'"


def test_that_it_gave_up_is_written_down_until_the_next_child(store_path: Path, opened: Open) -> None:
    ledger = opened(store_path)
    ledger.began(HERE, 1, 0)
    ledger.gave_up("It is not started again.")
    ledger.close()
    given_up = supervised.read(store_path, "jarvis")

    opened(store_path).began(HERE, 2, 0)

    begun = supervised.read(store_path, "jarvis")
    assert given_up is not None
    assert begun is not None
    assert (given_up.gave_up, given_up.over, begun.gave_up) == ("It is not started again.", True, "")


def test_a_full_disk_ends_no_supervision_but_lets_nothing_run_that_is_not_written_down(
    store_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(store_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(supervised, "write", full)

    assert ledger.died(death(1)).exit_code == 3
    with pytest.raises(OSError, match="No space left"):
        ledger.began(HERE, 1, 0)
