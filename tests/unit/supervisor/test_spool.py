"""What a command writes is passed on untouched, its last lines are kept, and nobody waits for a reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.supervisor.rotated import Rotated
from jarvis_ctx.supervisor.spool import COLUMNS, FREED, LINES, Spool


class Pipe:
    """Where a spool passes to."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def read(self) -> bytes:
        return os.read(self.reader, 1_000_000)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.reader)
    os.close(pipe.writer)


def written(spool: Spool, data: bytes) -> None:
    """A command that writes this, and ends."""
    writer = spool.begin()
    os.write(writer, data)
    os.close(writer)


def test_bytes_go_through_untouched_and_their_last_lines_are_kept(tmp_path: Path, pipe: Pipe) -> None:
    spool = Spool(tmp_path / "stderr", pipe.writer)
    written(spool, b"one\r\n\xff\x1b[1mtwo\n" + "drei ü".encode())

    spool.forward()

    assert pipe.read() == b"one\r\n\xff\x1b[1mtwo\n" + "drei ü".encode()
    assert spool.last_lines() == ["one", "\ufffd\x1b[1mtwo", "drei ü"]
    spool.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_we_logged_in_it_is_passed_on_and_is_none_of_its_last_words(tmp_path: Path, pipe: Pipe) -> None:
    spool = Spool(tmp_path / "stderr", pipe.writer)
    written(spool, b"out of ink\nWARNING:jarvis_ctx:Draining pauses\njarvis_ctx: Draining pauses")

    spool.forward()

    assert pipe.read().count(b"Draining pauses") == 2
    assert spool.last_lines() == ["out of ink"]
    spool.remove()


def test_a_traceback_that_is_cut_off_behind_what_we_logged_is_kept(tmp_path: Path, pipe: Pipe) -> None:
    spool = Spool(tmp_path / "stderr", pipe.writer)
    written(spool, b"jarvis_ctx: Draining pauses\nTraceback (most recent call last):\n")

    spool.forward()

    assert spool.last_lines() == ["Traceback (most recent call last):"]
    spool.remove()


def test_of_many_and_long_lines_a_bounded_rest_is_kept(tmp_path: Path, pipe: Pipe) -> None:
    spool = Spool(tmp_path / "stderr", pipe.writer)
    written(spool, b"".join(b"%d" % n + b"x" * 2 * COLUMNS + b"\n" for n in range(50, 50 + LINES)))

    spool.forward()

    lines = spool.last_lines()
    assert (len(lines), len(lines[-1]), lines[0][:2]) == (LINES, COLUMNS, "50")
    spool.remove()


def test_a_reader_that_does_not_read_holds_nobody_up_and_gets_the_rest_later(tmp_path: Path, pipe: Pipe) -> None:
    spool = Spool(tmp_path / "stderr", pipe.writer)
    written(spool, b"x" * 4 * 65_536)

    spool.forward()
    first = pipe.read()
    for _ in range(3):
        spool.forward()
        first += pipe.read()

    assert first == b"x" * 4 * 65_536
    spool.remove()


def test_a_reader_that_is_gone_costs_nothing_but_what_it_would_have_read(tmp_path: Path, pipe: Pipe) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    spool = Spool(tmp_path / "stderr", writer)
    written(spool, b"the last\n")

    spool.forward()

    assert spool.last_lines() == ["the last"]
    os.close(writer)
    spool.remove()


def test_the_room_of_what_was_passed_on_is_given_back(tmp_path: Path, pipe: Pipe) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    spool = Spool(tmp_path / "stderr", nowhere)
    written(spool, b"x" * 4 * FREED)

    spool.forward()

    assert (tmp_path / "stderr").stat().st_blocks * 512 < FREED
    os.close(nowhere)
    spool.remove()


def test_an_adopter_knows_the_last_lines_and_passes_on_only_what_is_new(tmp_path: Path, pipe: Pipe) -> None:
    killed = Spool(tmp_path / "stderr", pipe.writer)
    writer = killed.begin()
    os.write(writer, b"before\n")
    killed.close()

    spool = Spool(tmp_path / "stderr", pipe.writer)
    spool.resume()
    os.write(writer, b"after\n")
    spool.forward()

    assert pipe.read() == b"after\n"
    assert spool.last_lines() == ["before", "after"]
    os.close(writer)
    spool.remove()


def test_a_log_starts_anew_when_it_is_full_and_keeps_so_many_older_ones(tmp_path: Path) -> None:
    log = Rotated(tmp_path / "logs" / "out.log", most=10, kept=2)

    for number in range(4):
        log.write(b"%d" % number * 10)

    log.close()
    found = {path.name: path.read_bytes() for path in (tmp_path / "logs").iterdir()}
    assert found == {"out.log": b"3" * 10, "out.log.1": b"2" * 10, "out.log.2": b"1" * 10}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "logs").iterdir()} == {0o600}
