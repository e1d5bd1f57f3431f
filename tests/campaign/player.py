"""`python -m tests.campaign.player`: plays the rounds it is told of, a JSON line each, and answers with what it found.

It stands by itself, so that a round that hangs can be ended with everything it has begun.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import IO

import msgspec
import psutil
import pytest

from tests.campaign import fault, stages
from tests.campaign.faults import FAULTS
from tests.campaign.ledger import Line
from tests.crash import plants

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A round to play; `broken` is the break to plant in it."""

    fault: str
    number: int
    seed: str
    folder: str
    broken: str = ""


def unplayed(order: Order, why: str) -> Line:
    """The line of a round that has no finding of its own."""
    return Line(fault=order.fault, number=order.number, clean=False, seconds=0, wrong=[why], broken=order.broken)


def main() -> None:
    """Play until there is nothing more to play, or SIGINT: then the round's own cleaning up is done first."""
    _stand_by_ourselves()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0) as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            _serve(sys.stdin.buffer, answers)
        except KeyboardInterrupt:
            pass
        finally:
            stages.close()
            _end_all_we_began()


def _stand_by_ourselves() -> None:
    """A signal to the campaign's group does not reach us; its end does; and orphans of ours come to us."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_SET_PDEATHSIG, signal.SIGINT)
        prctl(_SET_CHILD_SUBREAPER, 1)


def _serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    for line in orders:
        order = msgspec.json.decode(line, type=Order)
        apart = order.broken and FAULTS[order.fault].inside
        answers.write((_played_apart(order) if apart else msgspec.json.encode(played(order))) + b"\n")


def _played_apart(order: Order) -> bytes:
    """The line of a round that is played in a fork of ours, with its break planted there: it goes with the fork."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            stages.begin_apart()
            plants.plant(order.broken)
            os.write(writing, msgspec.json.encode(played(order)))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        line = answer.read()
    _, status = os.waitpid(child, 0)
    why = f"the round's process ended with {os.waitstatus_to_exitcode(status)}"
    return line or msgspec.json.encode(unplayed(order, why))


def played(order: Order) -> Line:
    """Play a round; whatever it raises is wrong, too. Its folder is kept when anything is."""
    folder, began = Path(order.folder), time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)  # Of a round that was cut off, or played before.
    folder.mkdir(parents=True)
    os.environ[plants.VARIABLE] = order.broken
    try:
        found = FAULTS[order.fault].play(fault.begin(order.fault, order.number, order.seed, folder))
    except (Exception, pytest.fail.Exception, pytest.skip.Exception):  # Those of pytest's are no `Exception`.
        found = fault.Finding(wrong=[traceback.format_exc()])
    finally:
        stages.clear()
    if not found.wrong or order.broken:
        shutil.rmtree(folder, ignore_errors=True)
    return Line(
        fault=order.fault,
        number=order.number,
        clean=not found.wrong,
        seconds=round(time.perf_counter() - began, 3),
        tally=+found.tally,
        measured=found.measured,
        wrong=found.wrong,
        noted=found.noted,
        apart=found.apart,
        broken=order.broken,
    )


def _end_all_we_began() -> None:
    for process in psutil.Process().children(recursive=True):
        process.kill()


if __name__ == "__main__":
    main()
