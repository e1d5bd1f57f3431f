"""Uncaught exceptions' promises: kept with their traceback wherever they are raised, every other hook still run."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.liveness.exceptions import TEXT_LIMIT, ExceptionWatch, FaultDump, describe

Seen = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def seen() -> Seen:
    """Where and what the watch reported."""
    return []


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What reached the hooks that a program had installed itself."""
    reached: Seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: reached.append(("main", {"error": error})))
    monkeypatch.setattr(threading, "excepthook", lambda args: reached.append(("thread", {"error": args.exc_value})))
    return reached


@pytest.fixture
def watch(seen: Seen, before: Seen) -> Iterator[ExceptionWatch]:
    """An installed watch."""
    made = ExceptionWatch(lambda place, described: seen.append((place, described)))
    made.install()
    yield made
    made.remove()


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def hook(error: BaseException) -> None:
    """What the interpreter does with an exception that ends the main thread."""
    sys.excepthook(type(error), error, error.__traceback__)


def test_an_exception_that_ends_the_main_thread_is_kept_with_its_traceback(
    watch: ExceptionWatch, seen: Seen, before: Seen
) -> None:
    error = raised(KeyError("x"))

    hook(error)

    [(place, described)] = seen
    assert (place, described["type"], described["message"]) == ("main", "builtins.KeyError", "'x'")
    assert "test_exceptions.py" in described["traceback"]
    assert (watch.fatal, before) == (described, [("main", {"error": error})])


def test_an_interrupt_is_no_exception_but_remembered(watch: ExceptionWatch, seen: Seen, before: Seen) -> None:
    hook(raised(KeyboardInterrupt()))

    assert (seen, watch.fatal, watch.interrupted, len(before)) == ([], None, True, 1)


def test_an_exception_of_another_thread_is_kept_and_ends_nothing(
    watch: ExceptionWatch, seen: Seen, before: Seen
) -> None:
    thread = threading.Thread(target=lambda: 1 // 0, name="worker")
    thread.start()
    thread.join()

    assert [(place, described["type"]) for place, described in seen] == [
        ("thread worker", "builtins.ZeroDivisionError")
    ]
    assert (watch.fatal, len(before)) == (None, 1)


def test_an_exception_that_no_task_of_asyncio_was_awaited_for_is_kept(
    watch: ExceptionWatch, seen: Seen, caplog: pytest.LogCaptureFixture
) -> None:
    async def forgotten() -> None:
        raise LookupError("nobody waits")

    async def forget() -> None:
        asyncio.get_running_loop().create_task(forgotten())  # forgotten on purpose
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(forget())
    gc.collect()

    assert [(place, described["message"]) for place, described in seen] == [("asyncio", "nobody waits")]


def test_the_programs_own_hooks_run_even_when_ours_cannot_report(before: Seen) -> None:
    def broken(place: str, described: dict[str, Any]) -> None:
        raise OSError("planted")

    watch = ExceptionWatch(broken)
    watch.install()
    with pytest.raises(OSError, match="planted"):
        hook(raised(KeyError("x")))
    watch.remove()

    assert len(before) == 1


def test_removing_puts_back_what_was_there(before: Seen) -> None:
    theirs = sys.excepthook, threading.excepthook
    watch = ExceptionWatch(lambda place, described: None)
    watch.install()

    watch.remove()

    assert (sys.excepthook, threading.excepthook) == theirs


def test_a_hook_that_was_chained_on_later_is_left_alone(before: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = ExceptionWatch(lambda place, described: None)
    watch.install()
    later = lambda kind, error, trace: None  # noqa: E731  # a hook as others install them
    monkeypatch.setattr(sys, "excepthook", later)

    watch.remove()

    assert sys.excepthook is later


class Hostile(Exception):
    """Raises from its own methods."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Hostile(), "(its text raised RuntimeError)"),
        (ValueError("\ud800"), "\\ud800"),
        (ValueError("x" * 100_000), "x" * TEXT_LIMIT),
        (BaseExceptionGroup("many", [KeyError("a")]), "many (1 sub-exception)"),
    ],
    ids=["hostile", "surrogate", "long", "group"],
)
def test_any_exception_is_described_in_text_that_can_be_stored(error: BaseException, message: str) -> None:
    described = describe(raised(error))

    assert described["message"] == message
    assert len(described["traceback"].encode()) <= 4 * TEXT_LIMIT


def test_of_a_long_traceback_the_end_is_kept() -> None:
    def deep(n: int) -> None:
        if n == 0:
            raise LookupError("here")
        exec(compile(f"deep({n - 1})", "x" * 400, "exec"), {"deep": deep})

    try:
        deep(100)
    except LookupError as error:
        described = describe(error)

    assert described["traceback"].endswith("LookupError: here\n")
    assert len(described["traceback"]) == TEXT_LIMIT


@pytest.fixture
def no_faulthandler() -> Iterator[None]:
    """The test runner's own faulthandler steps aside."""
    enabled = faulthandler.is_enabled()
    faulthandler.disable()
    yield
    faulthandler.disable()
    if enabled:
        faulthandler.enable(sys.__stderr__)


def test_a_dump_is_directed_into_the_file_and_an_empty_one_goes(tmp_path: Path, no_faulthandler: None) -> None:
    dump = FaultDump(tmp_path / "run.fault")
    dump.start("jarvis.2")
    there = (dump.path.exists(), faulthandler.is_enabled())
    dump.stop()

    assert (there, dump.path.exists(), faulthandler.is_enabled()) == ((True, True), False, False)


def test_a_program_that_directs_its_dump_itself_is_left_alone(tmp_path: Path, no_faulthandler: None) -> None:
    with (tmp_path / "own").open("w") as own:
        faulthandler.enable(own)
        dump = FaultDump(tmp_path / "run.fault")
        dump.start("jarvis.2")
        dump.stop()

        assert faulthandler.is_enabled()
        assert not dump.path.exists()
        faulthandler.disable()


@pytest.mark.parametrize("enabled", [True, False])
def test_an_earlier_runs_dump_is_read_once_and_never_taken_for_a_later_runs(
    tmp_path: Path, no_faulthandler: None, enabled: bool
) -> None:
    with (tmp_path / "own").open("w") as own:
        if enabled:
            faulthandler.enable(own)
        dump = FaultDump(tmp_path / "run.fault")
        dump.path.write_bytes(b"Run jarvis.1\nFatal Python error: Aborted\n\xff")
        read = dump.read("jarvis.1")

        dump.start("jarvis.2")

        assert (read, dump.read("jarvis.1")) == ("Fatal Python error: Aborted\n\ufffd", "")
        dump.stop()
        faulthandler.disable()


@pytest.mark.parametrize("heading", [b"Run jarvis.1\n", b"Run jarvis.12\n", b""])
def test_a_dump_is_no_evidence_about_any_run_but_the_one_that_it_names(tmp_path: Path, heading: bytes) -> None:
    dump = FaultDump(tmp_path / "run.fault")

    dump.path.write_bytes(heading + b"Fatal Python error: Aborted\n")

    assert dump.read("jarvis.2") == ""
    assert bool(dump.read("jarvis.1")) == (heading == b"Run jarvis.1\n")


def test_a_forked_childs_fatal_signal_leaves_nothing_in_its_parents_dump(tmp_path: Path, no_faulthandler: None) -> None:
    dump = FaultDump(tmp_path / "run.fault")
    dump.start("jarvis.1")

    child = os.fork()
    if child == 0:
        signal.raise_signal(signal.SIGSEGV)
        os._exit(0)
    ended = os.waitpid(child, 0)[1]

    assert (os.WTERMSIG(ended), dump.read("jarvis.1")) == (signal.SIGSEGV, "")
    dump.stop()
    assert not dump.path.exists()
