"""Signals' promises: a clean end where the program has no handler of its own, and always an end."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import subprocess
import sys
import threading
import types

import pytest

from jarvis_ctx.liveness.signals import EndOnSignal

CHILD = """
import signal, sys, threading
from jarvis_ctx.liveness.signals import EndOnSignal
signal.signal(signal.SIGINT, signal.SIG_DFL)

def at_end(name):
    print(name, threading.current_thread().name, flush=True)
    {ending}

EndOnSignal(at_end).install()
print("ready", flush=True)
{waiting}
"""
WAITING = "threading.Event().wait()"


def end_by(number: signal.Signals, ending: str = "pass", waiting: str = WAITING) -> tuple[int, str]:
    """How a child ends that is sent a signal once it is ready, and what it said."""
    script = CHILD.format(ending=ending, waiting=waiting)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        said = child.stdout.read()
        return child.wait(10), said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_run_is_ended_in_a_thread_of_its_own_and_the_process_by_the_signal(number: signal.Signals) -> None:
    assert end_by(number) == (-number, f"{number.name} jarvis-ctx-signals\n")


def test_an_end_that_cannot_be_written_ends_the_process_all_the_same() -> None:
    assert end_by(signal.SIGTERM, ending="raise OSError") == (-signal.SIGTERM, "SIGTERM jarvis-ctx-signals\n")


def test_a_second_signal_ends_a_process_whose_end_hangs() -> None:
    hang = "import os; os.kill(os.getpid(), signal.SIGTERM); threading.Event().wait()"

    assert end_by(signal.SIGTERM, ending=hang)[0] == -signal.SIGTERM


def test_a_handler_of_the_programs_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = lambda number, frame: None  # noqa: E731  # a handler as programs install them
    before = {number: signal.signal(number, theirs) for number in (signal.SIGTERM, signal.SIGINT)}
    watch = EndOnSignal(lambda name: None)

    watch.install()

    assert [signal.getsignal(number) for number in before] == [theirs, theirs]
    watch.remove()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_removing_gives_the_signals_back_and_ends_the_thread() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    watch = EndOnSignal(lambda name: None)
    watch.install()
    installed = signal.getsignal(signal.SIGTERM)

    watch.remove()

    assert installed == watch._on_signal
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not [thread for thread in threading.enumerate() if thread.name == "jarvis-ctx-signals"]
    signal.signal(signal.SIGTERM, before)


def test_outside_the_main_thread_nothing_is_installed() -> None:
    watch = EndOnSignal(lambda name: None)
    before = signal.getsignal(signal.SIGTERM)

    thread = threading.Thread(target=watch.install)
    thread.start()
    thread.join()

    assert signal.getsignal(signal.SIGTERM) is before
    watch.remove()


def test_a_forked_child_ends_by_the_signal_as_if_nothing_were_installed() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    watch = EndOnSignal(lambda name: None)
    watch.install()

    child = multiprocessing.get_context("fork").Process(target=threading.Event().wait, daemon=True)
    child.start()
    child.terminate()
    child.join(10)
    child.kill()

    assert child.exitcode == -signal.SIGTERM
    watch.remove()
    signal.signal(signal.SIGTERM, before)


def test_a_signal_after_the_removal_outside_the_main_thread_still_ends_the_process() -> None:
    script = """
import os, signal, threading
from jarvis_ctx.liveness.signals import EndOnSignal
watch = EndOnSignal(print)
watch.install()
thread = threading.Thread(target=watch.remove)
thread.start()
thread.join()
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait()
"""

    assert subprocess.run([sys.executable, "-c", script], timeout=10).returncode == -signal.SIGTERM


def test_a_signal_that_another_thread_was_given_ends_a_process_whose_main_thread_waits_for_a_lock() -> None:
    waiting = """
threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)).start()
lock = threading.Lock()
lock.acquire()
lock.acquire()
"""
    child = subprocess.run(
        [sys.executable, "-c", CHILD.format(ending="pass", waiting=waiting)], capture_output=True, text=True, timeout=20
    )

    assert (child.returncode, child.stdout) == (-signal.SIGTERM, "ready\nSIGTERM jarvis-ctx-signals\n")


def test_a_wakeup_descriptor_of_the_programs_own_is_left_alone() -> None:
    theirs, reader = socket.socketpair()
    theirs.setblocking(False)
    before, handler = signal.set_wakeup_fd(theirs.fileno()), signal.signal(signal.SIGTERM, signal.SIG_DFL)
    watch = EndOnSignal(lambda name: None)

    watch.install()
    watch.remove()

    assert signal.set_wakeup_fd(before) == theirs.fileno()
    signal.signal(signal.SIGTERM, handler)
    theirs.close()
    reader.close()


def test_a_signal_that_an_event_loop_has_had_is_taken_again_with_its_wakeup_descriptor() -> None:
    async def take_sigterm() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bool)

    before, wakeup = signal.signal(signal.SIGTERM, signal.SIG_DFL), signal.set_wakeup_fd(-1)
    watch = EndOnSignal(lambda name: None)
    watch.install()
    asyncio.run(take_sigterm())
    lost = watch.lost

    watch.renew()

    assert (lost, watch.lost, signal.getsignal(signal.SIGTERM)) == (True, False, watch._on_signal)
    assert signal.set_wakeup_fd(-1) != -1
    watch.remove()
    signal.signal(signal.SIGTERM, before)
    signal.set_wakeup_fd(wakeup)


def test_a_watch_that_is_over_or_was_never_begun_takes_nothing_again() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ended, never = EndOnSignal(lambda name: None), EndOnSignal(lambda name: None)
    ended.install()
    ended.remove()

    for watch in (ended, never):
        watch.renew()

    assert (ended.lost, never.lost, signal.getsignal(signal.SIGTERM)) == (False, False, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, before)


def test_in_a_program_that_uses_trio_the_wakeup_descriptor_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trio", types.ModuleType("trio"))
    before, wakeup = signal.signal(signal.SIGTERM, signal.SIG_DFL), signal.set_wakeup_fd(-1)
    watch = EndOnSignal(lambda name: None)

    watch.install()

    assert (signal.set_wakeup_fd(wakeup), signal.getsignal(signal.SIGTERM)) == (-1, watch._on_signal)
    watch.remove()
    signal.signal(signal.SIGTERM, before)
