"""What systemd is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.supervisor.notify import Notifier


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("notify")
        listener.setblocking(False)
        yield listener


def heard(listener: socket.socket) -> str:
    return listener.recv(4096).decode()


def test_it_is_told_that_we_are_ready_and_that_we_stop(listener: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": "notify"})

    notifier.ready("process 7 runs")
    notifier.stopping()

    assert [heard(listener), heard(listener)] == ["READY=1\nSTATUS=process 7 runs", "STOPPING=1"]


def test_the_watchdog_is_fed_twice_in_its_time(listener: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": "notify", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": str(os.getpid())})

    for now in (10.0, 11.0, 12.0, 13.0):
        notifier.beat(now)

    assert [heard(listener), heard(listener)] == ["WATCHDOG=1", "WATCHDOG=1"]
    with pytest.raises(BlockingIOError):
        heard(listener)


def test_a_watchdog_of_another_process_is_not_ours_to_feed(listener: socket.socket) -> None:
    Notifier({"NOTIFY_SOCKET": "notify", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"}).beat(10.0)

    with pytest.raises(BlockingIOError):
        heard(listener)


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "gone"}, {"NOTIFY_SOCKET": "@jarvis-nobody"}])
def test_nobody_who_listens_is_no_error(environ: dict[str, str], tmp_path: Path) -> None:
    Notifier(environ).ready("runs")
