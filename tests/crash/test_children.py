"""The server of children: whatever happens to it or to a request, the next test has one, and this one is told why."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.children import Child, Server
from tests.crash.harness import PATIENCE, Stage, drawn

pytestmark = pytest.mark.crash
TRIES = 20


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    server = Server(tmp_path / "stderr")
    yield server
    server.close()


def again(own: Server, pid: int, last: Path, folder: Path) -> Child:
    """A child that has this process id, too."""
    for number in range(TRIES):
        last.write_text(str(pid - 1))
        child = own.start("end", path=folder / f"after-{number}", way="close")
        if child.pid == pid:
            return child
    pytest.skip(f"others of this machine took the process id {TRIES} times")


def test_a_request_that_cannot_be_answered_does_not_end_the_server(own: Server, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="No child processes"):
        own.ask({"wait": os.getpid()})

    child = own.start("end", path=tmp_path / "store", way="close")

    assert child.line() == "opened"
    assert child.wait() == 0


def test_a_child_that_dies_instead_of_stopping_has_its_exit_code_all_the_same(own: Server, tmp_path: Path) -> None:
    child = own.start("end", path=tmp_path / "store", way="exit_by_number")

    with pytest.raises(AssertionError, match="instead of stopping it ended with 3"):
        child.stopped()

    assert child.wait() == 3


def test_an_answer_that_nobody_waited_for_is_not_taken_for_another_ones(own: Server, tmp_path: Path) -> None:
    child = own.start("end", path=tmp_path / "store", way="wait")
    own._link.sendall(b'{"wait": %d, "serial": 0}\n' % child.pid)

    child.signal(signal.SIGKILL)
    other = own.start("end", path=tmp_path / "other", way="close")

    assert other.line() == "opened"
    assert (child.wait(), other.wait()) == (-9, 0)


def test_a_child_with_the_number_of_one_that_ended_has_an_exit_code_of_its_own(own: Server, tmp_path: Path) -> None:
    last = Path("/proc/sys/kernel/ns_last_pid")
    if not os.access(last, os.W_OK):
        pytest.skip("only root can choose the next process id")
    before = own.start("end", path=tmp_path / "before", way="exit_by_number")
    assert before.wait() == 3

    after = again(own, before.pid, last, tmp_path)

    assert after.wait() == 0


def test_a_server_that_died_says_so_and_the_next_test_has_another_one(own: Server, tmp_path: Path) -> None:
    child = own.start("end", path=tmp_path / "store", way="wait")
    assert child.line() == "opened"
    own.process.kill()
    assert not child.lives_for(PATIENCE)
    with pytest.raises(AssertionError, match=r"ended with -9(.|\n)*role"):
        Stage(own, tmp_path, drawn("after its death")).open()

    own.clear()

    assert Stage(own, tmp_path, drawn("after its death")).open().kill() == -9
