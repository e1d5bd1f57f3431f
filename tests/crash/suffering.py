"""A program that goes on calling the whole API while the system fails it, and what errors it saw."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from jarvis_ctx.errors import JarvisError
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash import shortages
from tests.crash.acknowledgements import Acknowledgements
from tests.crash.calls import Token, verb
from tests.crash.faults import Faults

SUFFERED, AFTERWARDS = 70, 8
"""Calls while system calls fail, and after that."""
PAUSE = 0.02
"""Seconds between the calls that are made to fill a time."""
CATCHING_UP = 20.0
"""Seconds that the background has to catch up by itself: it pauses for up to 5 s where it failed."""
WHY = {"not_synced": "sync_error", "not_drained": "drain_error"}
T = TypeVar("T")
Errors: TypeAlias = type[Exception] | tuple[type[Exception], ...]


def suffer(
    path: str,
    acks: str,
    round: int,
    first: int,
    last: int,
    error: int,
    settings: dict[str, Any],
    reading: bool = False,
    once_open: bool = False,
) -> dict[str, Any]:
    """Open the store and call the whole API while system calls fail, as `faults` says; once more when none does.

    Those that change files, or those that are for `reading` them; all of the process, or those `once_open`.

    Returns how many calls to the system there were, which failed first, what errors the program saw meanwhile, and
    what it saw afterwards, and what `status` said meanwhile. An error that it is not told to expect goes on to the
    caller.
    """
    faults = Faults(Path(path), first=first, last=last, error=error)
    install = faults.install_in_reading if reading else faults.install
    if not once_open:
        install()
    told, lag = Acknowledgements(Path(acks)), dict[str, Any]()
    seen, afterwards = Counter[str](), Counter[str]()
    manager = _expecting(JarvisError, seen, lambda: JarvisContextManager(path, **settings))
    if manager is not None:
        if once_open:
            install()
        _go_on(manager, told, seen, [Token(round, 0, count) for count in range(SUFFERED)])
        _expecting((JarvisError, OSError), seen, manager.checkpoint)
        lag = _lag(manager, JarvisError, seen)
    faults.lift()
    manager = manager or JarvisContextManager(path, **settings)
    _go_on(manager, told, afterwards, [Token(round, 1, count) for count in range(AFTERWARDS)])
    _expecting(JarvisError, afterwards, manager.flush)
    if first % 2:
        manager.close()
    said = {"seen": seen, "afterwards": afterwards, "lag": lag}
    return {**said, "made": faults.count, "failed": faults.failed[:5]}


def starve(
    path: str, acks: str, round: int, shortage: str, closing: bool, settings: dict[str, Any], seconds: float = 0.0
) -> dict[str, Any]:
    """Open the store and call the whole API while the machine is short of something, as `shortages` says, for at least
    `seconds`.

    Close while it is, or make calls again when it is not any more. Returns what errors the program saw meanwhile
    and afterwards, and what `status` said meanwhile.
    """
    told = Acknowledgements(Path(acks))
    seen, afterwards = Counter[str](), Counter[str]()
    manager = JarvisContextManager(path, **settings)
    manager.checkpoint()  # So that what it imports is there.
    with getattr(shortages, shortage)(Path(path)):
        end = time.monotonic() + seconds
        _go_on(manager, told, seen, [Token(round, 0, count) for count in range(SUFFERED)], (JarvisError, MemoryError))
        for count in itertools.takewhile(lambda _: time.monotonic() < end, itertools.count(SUFFERED)):
            _go_on(manager, told, seen, [Token(round, 0, count)], (JarvisError, OSError))  # A checkpoint is among them.
            time.sleep(PAUSE)
        _expecting((JarvisError, OSError, MemoryError), seen, manager.checkpoint)
        lag = _lag(manager, MemoryError, seen)
        if closing:
            manager.close()
    if not closing:
        _go_on(manager, told, afterwards, [Token(round, 1, count) for count in range(AFTERWARDS)])
        if not afterwards and not _recovered(manager):
            afterwards["NotCaughtUp"] += 1
    return {"seen": seen, "afterwards": afterwards, "lag": lag}


def unexplained(lag: dict[str, Any]) -> list[str]:
    """What waits, of what `status` says of the `lag`, without a word why: `not_synced`, `not_drained`."""
    return [waiting for waiting, why in WHY.items() if lag.get(waiting) and not lag[why]]


def _lag(manager: JarvisContextManager, errors: Errors, seen: Counter[str]) -> dict[str, Any]:
    """What `status` says of the lag, once the background has tried; empty where it raises one of `errors`."""
    until = time.monotonic() + CATCHING_UP
    while True:
        lag: dict[str, Any] = (_expecting(errors, seen, manager.status) or {"lag": {}})["lag"]
        if not unexplained(lag) or time.monotonic() > until:
            return lag
        time.sleep(PAUSE)


def _recovered(manager: JarvisContextManager) -> bool:
    """Whether the background catches up by itself: everything is drained, and a checkpoint is taken."""
    before, until = manager.keeper.taken, time.monotonic() + CATCHING_UP
    while manager.journal.health().drained < manager.journal.writer.number or manager.keeper.taken == before:
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.005)
    return True


def _go_on(
    manager: JarvisContextManager,
    told: Acknowledgements,
    seen: Counter[str],
    tokens: list[Token],
    errors: Errors = JarvisError,
) -> None:
    """Make the calls of all tokens, also after one that failed."""
    for token in tokens:
        _expecting(errors, seen, partial(told.around, token, partial(verb(token).call, manager, token)))


def _expecting(errors: Errors, seen: Counter[str], call: Callable[[], T]) -> T | None:
    """What `call` returns; an error that it may raise is counted, and told in full to whoever reads the log."""
    try:
        return call()
    except errors as error:
        seen[type(error).__name__] += 1
        with suppress(OSError, MemoryError):  # The log may suffer from the shortage too.
            traceback.print_exc()
        return None
